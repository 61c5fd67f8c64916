"""The part of the PyTorch adapter that lends a model to others: states, transforms and wrappers."""

from __future__ import annotations

import contextlib
import logging
from typing import Any, Collection, Iterator, Mapping

from . import torch_states as states
from . import torch_transforms as transforms
from .states import States
from .torch_routes import copies
from .transforms import Transforms


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The compiler tells a structured log of its own, line by line, which pytest would show with every failure."""
    log = logging.getLogger("torch.__trace")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


class Lending(States, Transforms):
    """What the phases ``state`` and ``transform`` ask of PyTorch."""

    torch: Any
    place: str
    uninitialized: tuple

    def savings(self):
        return states.savings(self.torch, self.uninitialized)

    def kept(self, model) -> Collection[str]:
        held = model.state_dict()
        return [name for name in self.handles(model) if name in held]  # type: ignore[attr-defined]

    def part(self, state: Any, names: Collection[str]) -> Any:
        return states.part(state, names)

    def extended(self, state: Any) -> Any:
        return states.extended(self.torch, state)

    def load_loosely(self, model, state: Any) -> None:
        model.load_state_dict(state, strict=False)

    def receivers(self) -> Mapping[str, Any]:
        return states.receivers(self.torch, self.place)

    def copies_after(self):
        return copies(self.torch)

    def reinitializations(self):
        # An initializer of the author's own is explicit: what it does to values that are there is the author's affair.
        return states.reinitializations(self.torch, self.first_pass if self.calls.first_pass is None else self.apply)  # type: ignore[attr-defined]

    def abstractions(self):
        return transforms.abstractions(self.torch, self)

    def compilations(self):
        return transforms.compilations(self.torch, self)

    def run_compiled(self, compiled: Any, batch: Any) -> Any:
        with quiet():
            return super().run_compiled(compiled, batch)

    def crashed(self, error: Exception) -> bool:
        # Both derive from RuntimeError; their text is of the compiler's own failure, not of what was asked.
        return type(error).__name__ in ("InternalTorchDynamoError", "BackendCompilerFailed")

    def functionals(self):
        return transforms.functionals(self.torch, self)

    def wrappers(self):
        return transforms.wrappers(self.torch)

    def wrapped(self, name, model):
        return name != "share_memory" or all(parameter.is_shared() for parameter in model.parameters())
