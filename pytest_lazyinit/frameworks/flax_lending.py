"""The part of the Flax adapter that lends a model to others: states, transforms and wrappers."""

from __future__ import annotations

from typing import Any, Collection

from . import flax_states as states
from . import flax_transforms as transforms
from .states import States
from .transforms import Transforms


class Lending(States, Transforms):
    """What the phases ``state`` and ``transform`` ask of Flax linen."""

    def savings(self):
        return states.savings(self)

    def part(self, state: Any, names: Collection[str]) -> Any:
        return states.part(self, state, names)

    def extended(self, state: Any) -> Any:
        return states.extended(self, state)

    def load_loosely(self, model, state: Any) -> None:
        states.load_loosely(self, model, state)

    def receivers(self):
        return states.receivers(self)

    def copies_after(self):
        return states.copies_after(self)

    def reinitializations(self):
        return states.reinitializations(self)

    def abstractions(self):
        return transforms.abstractions(self)

    def compilations(self):
        return transforms.compilations(self)

    def run_compiled(self, compiled: Any, batch: Any) -> Any:
        return compiled(batch)

    def functionals(self):
        return transforms.functionals(self)

    def wrappers(self):
        return transforms.wrappers(self)
