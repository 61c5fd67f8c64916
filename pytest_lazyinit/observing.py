"""``observe``: record a fact from inside a check, wherever it runs."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import Any, Callable, Iterator, Optional

_current: ContextVar[Optional[Callable[[str, Any], Any]]] = ContextVar("observe", default=None)


def observe(name: str, fact: Any) -> Any:
    """Record ``fact`` under ``name`` in the result of the clause that is running; gives the fact back.

    Outside a clause it records nothing.
    """
    record = _current.get()
    return record(name, fact) if record else fact


@contextlib.contextmanager
def observing(record: Callable[[str, Any], Any]) -> Iterator[None]:
    """Send what is observed to ``record``."""
    token = _current.set(record)
    try:
        yield
    finally:
        _current.reset(token)
