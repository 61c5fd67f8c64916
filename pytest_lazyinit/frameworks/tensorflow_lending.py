"""The part of the TensorFlow adapter that lends a model to others: states, transforms and wrappers."""

from __future__ import annotations

from typing import Any, Collection, Mapping

from . import tensorflow_states as states
from . import tensorflow_transforms as transforms
from .base import Batch, NotOffered
from .states import States
from .transforms import Transforms

MISSING = {
    "lazy_values": "Keras gives an untouched model no values at once: set_weights and load_weights refuse, and a checkpoint waits for the variables.",
}
STATEFUL = {"functionals": "Keras 2 calls no model with values from outside; stateless_call came with Keras 3."}


class Lending(States, Transforms):
    """What the phases ``state`` and ``transform`` ask of Keras, on any backend."""

    def savings(self):
        return states.savings(self)

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

    def receivers(self) -> Mapping[str, Any]:
        return states.receivers(self)

    def copies_after(self):
        return states.copies_after(self)

    def reinitializations(self):
        return states.reinitializations(self)

    def abstractions(self):
        return transforms.abstractions(self)

    def compilations(self):
        return transforms.compilations(self)

    def run_compiled(self, compiled: Any, batch: Batch) -> Any:
        given = transforms.with_numbers(self, batch)
        return compiled(*given.args, **given.kwargs)  # the author's way of calling is inside

    def functionals(self):
        return transforms.functionals(self)

    def wrappers(self):
        return transforms.wrappers(self)
