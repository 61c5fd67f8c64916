"""Wrong models and planted faults: for every clause one that makes exactly that clause fail."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Callable, ContextManager, Optional, Tuple

from pytest_lazyinit import Subject


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    ``plant()`` is a context manager that monkeypatches the real framework; ``subject()`` gives a wrong
    model instead of the reference MLP. ``clause`` must notice, ``follows`` are the clauses that fail
    in consequence, each of which a reader would expect too. ``whole``: what follows depends on the
    models that other clauses keep, so that all are asked.
    """

    clause: str
    title: str
    plant: Callable[[], ContextManager] = contextlib.nullcontext
    subject: Optional[Callable[[], Subject]] = None
    follows: Tuple[str, ...] = ()
    whole: bool = False


@contextlib.contextmanager
def patched(owner: Any, attribute: str, value: Any):
    """``owner.attribute`` replaced while active."""
    own = attribute in vars(owner)
    before = vars(owner)[attribute] if own else None
    setattr(owner, attribute, value)
    try:
        yield
    finally:
        setattr(owner, attribute, before) if own else delattr(owner, attribute)
