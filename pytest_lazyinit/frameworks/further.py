"""What an adapter may answer beyond what the clauses need of every framework."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Sequence

import numpy as np


class Further:
    """The part of an `Adapter` that a framework may leave out; nothing is then asked."""

    learns_at_once = False
    """Whether ``gradients`` takes an untouched model, so that the first pass itself is differentiated."""

    traces = False
    """Whether ``traced`` runs a pass; what compiles does not see the values, and can lose the comparison of shapes with them."""

    def traced(self, model, batch: Any) -> None:
        """A later pass that is traced for its shapes alone, its values with it."""

    def input_gradients(self, model, batch: Any) -> Sequence[Optional[np.ndarray]]:
        """Gradients of the loss of a pass, also of the first one, by the floating arrays that it is given, in order; ``None`` where none arrives."""
        return []

    def thaw(self, model) -> bool:
        """Let all that ``freeze`` froze learn again, after the pass; whether the framework offers it."""
        return False

    def replicas(self, model) -> Mapping[str, Sequence[np.ndarray]]:
        """Of each parameter that lies on several devices, the values on all but the first."""
        return {}

    def tune(self, model) -> Mapping[str, Any]:
        """Note at the parameters of an untouched model how each shall learn; what ``configuration`` must then say, of copies too."""
        return {}

    def note(self, model) -> Mapping[str, Any]:
        """Note something at the uninitialized parameters; what ``noted`` must then say after the first pass."""
        return {}

    def noted(self, model) -> Mapping[str, Any]:
        """What was noted at the parameters, by name."""
        return {}

    def misshapen(self) -> Mapping[str, Callable[[Any], Mapping[str, Callable[[], Any]]]]:
        """Routes to give one parameter a value of another shape that could be broadcast to its own; of a model, a call a parameter."""
        return {}

    def slices(self, model) -> Mapping[str, Any]:
        """Models that the framework makes of some of a model's own layers."""
        return {}

    def stir(self, model, delta: float) -> None:
        """Add ``delta`` to every floating buffer in place, as if it had seen data; nothing where that is not offered."""

    def hooked(self, model) -> None:
        """Register hooks of a user's own, which ``configuration`` counts; the first pass must leave them."""

    def misfits(self, shape: Sequence[int], axis: int) -> Mapping[str, Sequence[int]]:
        """Shapes beside an example's, of which ``axis`` is the main one, that some layers refuse: by what is wrong with them."""
        return {}
