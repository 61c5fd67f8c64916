"""The questions that an adapter answers by asking the framework: facts of a model, and the routes that the framework offers."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Sequence

import numpy as np

from .words import Batch, Context, Parameter, Placement, Registration


class Answers:
    """The part of an `Adapter` that asks."""

    # -- asking -------------------------------------------------------------------------------------

    def parameters(self, model) -> Sequence[Parameter]:
        """Parameters and buffers in the framework's order; those it does not have yet are absent."""
        raise NotImplementedError

    def values(self, model) -> Mapping[str, np.ndarray]:
        """Copies of the values of all initialized parameters and buffers, by name."""
        raise NotImplementedError

    def handles(self, model) -> Mapping[str, Any]:
        """The parameter objects by name, where they have an identity to keep (else ``{}`` and ``missing["identity"]``)."""
        raise NotImplementedError

    def allocated(self, model) -> int:
        """Bytes of the arrays that the model holds in or beside its uninitialized parameters."""
        raise NotImplementedError

    def declared(self, model) -> Mapping[str, Optional[int]]:
        """Dimensions that the layers themselves report, ``"0.in_features": None`` where unknown."""
        raise NotImplementedError

    def accesses(self, model) -> Mapping[str, Callable[[], Any]]:
        """Ways to read a value of an uninitialized parameter, as thunks; each must raise ``access_errors``.

        Cover data, arithmetic, number of elements, shape where unknown and gradient.
        """
        raise NotImplementedError

    def display(self, model) -> Mapping[str, Callable[[], str]]:
        """Everything that prints: ``repr(model)``, a parameter's repr, a summary; thunks that return the text."""
        raise NotImplementedError

    def queries(self, model) -> Mapping[str, Callable[[], Any]]:
        """Everything that merely asks: listing, counting, state, configuration, children; thunks."""
        raise NotImplementedError

    def configuration(self, model) -> Mapping[str, Any]:
        """Plain data in which an initialized model and its eager twin must agree.

        Keys such as ``"0.class"``, ``"0.in_features"``, ``"0.hooks"``, ``"repr"``, ``"state_keys"``.
        Automatic instance counters in names (``dense_3``) are normalized away.
        """
        raise NotImplementedError

    # -- routes that the framework offers -------------------------------------------------------------

    def placements(self) -> Sequence[Placement]:
        """Whole-model conversions, policies, default devices, trainability … by every route offered."""
        raise NotImplementedError

    def registrations(self) -> Mapping[str, Registration]:
        """What is offered as "initialize now". Capability ``initialize_now``."""
        raise NotImplementedError

    def copies(self) -> Mapping[str, Callable[[Any], Any]]:
        """deepcopy, pickle, clone, configuration round trip: name → ``model -> copy``."""
        raise NotImplementedError

    def contexts(self) -> Mapping[str, Context]:
        """Modes around a dry run: no gradient, inference, autocast, training, evaluation …"""
        raise NotImplementedError

    def restarts(self) -> Mapping[str, Callable[[Any, Batch], Any]]:
        """What is offered to start over with another width: name → ``(model, batch) -> model``. Capability ``restart``."""
        raise NotImplementedError

    def state(self, model) -> Any:
        """The framework's own state of an initialized model, detached from it."""
        raise NotImplementedError

    def load(self, model, state: Any) -> None:
        """Load a state as the framework does by default (strictly)."""
        raise NotImplementedError
