"""The part of the TensorFlow adapter that lends a model to others: states, transforms and wrappers."""

from __future__ import annotations

from typing import Any, Collection

from . import tensorflow_states as states
from . import tensorflow_transforms as transforms
from .base import Batch, NotOffered
from .lending import Lent

MISSING = {
    "lazy_values": "Keras gives an untouched model no values at once: set_weights and load_weights refuse, and a checkpoint waits for the variables.",
}
STATEFUL = {"functionals": "Keras 2 calls no model with values from outside; stateless_call came with Keras 3."}


class Lending(Lent):
    """What the phases ``state`` and ``transform`` ask of Keras, on any backend."""

    state_routes, transform_routes = states, transforms

    def state(self, model) -> Any:
        return states.state(model)

    def load(self, model, state: Any) -> None:
        if not state:
            raise NotOffered("An empty list of weights is what an untouched model has, so that it says nothing.")
        model.set_weights(state)

    def part(self, state: Any, names: Collection[str]) -> Any:
        return states.part(state, names)

    def extended(self, state: Any) -> Any:
        return states.extended(state)

    def load_loosely(self, model, state: Any) -> None:
        states.load_in_part(self, model, state)

    def run_compiled(self, compiled: Any, batch: Batch) -> Any:
        given = transforms.with_numbers(self, batch)
        return compiled(*given.args, **given.kwargs)  # the author's way of calling is inside
