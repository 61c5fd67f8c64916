"""The part of the MXNet adapter that lends a model to others: states, transforms and wrappers."""

from __future__ import annotations

import functools
from typing import Any, Callable, Mapping, Optional, Sequence

import numpy as np

from . import mxnet_facts as facts
from . import mxnet_generations as generations
from . import mxnet_learning as learning
from . import mxnet_savings as savings
from . import mxnet_states as states
from . import mxnet_transforms as transforms
from .base import Batch, Placement
from .lending import Lent


class Lending(Lent):
    """What the phases ``state`` and ``transform`` ask of Gluon."""

    state_routes, transform_routes = savings, transforms
    learns_at_once = True

    def thaw(self, model) -> bool:
        generations.together(model).setattr("grad_req", "write")
        return True

    def input_gradients(self, model, batch: Batch) -> Sequence[Optional[np.ndarray]]:
        return learning.input_gradients(self, model, batch)

    def replicas(self, model) -> Mapping[str, Sequence[np.ndarray]]:
        with self.inside(model):  # type: ignore[attr-defined]
            return {name: [array.asnumpy() for array in parameter._data[1:]] for name, parameter in facts.named(model).items() if parameter._data}

    def travelling(self) -> Mapping[str, Placement]:
        return savings.travelling(self)

    def wrapped(self, name: str, model) -> bool:
        return transforms.wrapped(name, model)

    def hooked(self, model) -> None:
        for _, block in facts.blocks(model):
            block.register_forward_pre_hook(lambda *given: None)
            block.register_forward_hook(lambda *given: None)

    def tune(self, model) -> Mapping[str, Any]:
        due = {}
        for name, parameter in facts.named(model).items():
            parameter.lr_mult, parameter.wd_mult = 0.5, 0.25
            due.update({f"{name}.lr_mult": 0.5, f"{name}.wd_mult": 0.25})
        return due

    def misshapen(self) -> Mapping[str, Callable[[Any], Mapping[str, Callable[[], Any]]]]:
        return {"Parameter.set_data": functools.partial(savings.misshapen, self)}

    def slices(self, model) -> Mapping[str, Any]:
        nn = self.mx.gluon.nn  # type: ignore[attr-defined]
        return {"[:-1]": model[:-1]} if type(model) in (nn.Sequential, nn.HybridSequential) and len(model) > 1 else {}

    def state(self, model) -> Mapping[str, np.ndarray]:
        return states.complete(self, model)

    def load(self, model, state: Mapping[str, np.ndarray]) -> None:
        # Without cast_dtype a receiver of another dtype refuses, as documented.
        states.load(self, model, state, cast_dtype=True)

    def part(self, state, names):
        return savings.part(state, names)

    def extended(self, state):
        return savings.extended(state)

    def load_loosely(self, model, state) -> None:
        savings.within(model, state)  # ignore_extra passes over the others, as it is told to
        states.load(self, model, state, cast_dtype=True, **savings.LOOSE)

    def run_compiled(self, compiled, batch: Any):
        return self.apply(compiled, batch)  # type: ignore[attr-defined]
