"""The part of the Flax adapter that lends a model to others: states, transforms and wrappers."""

from __future__ import annotations

from typing import Any, Collection, Optional

from . import flax_states as states
from . import flax_transforms as transforms
from .lending import Lent


class Lending(Lent):
    """What the phases ``state`` and ``transform`` ask of Flax linen."""

    state_routes, transform_routes = states, transforms

    def part(self, state: Any, names: Collection[str]) -> Any:
        return states.part(self, state, names)

    def extended(self, state: Any) -> Any:
        return states.extended(self, state)

    def load_loosely(self, model, state: Any) -> None:
        states.load_loosely(self, model, state)

    def apart(self, model: Any, copy: Any, batch: Any) -> Optional[bool]:
        return transforms.apart(self, model, copy, batch)

    def wrapped(self, name: str, model: Any) -> bool:
        return name != transforms.MEMBERS or transforms.members_differ(self, model)

    def run_compiled(self, compiled: Any, batch: Any) -> Any:
        return compiled(batch)
