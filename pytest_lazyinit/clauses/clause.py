"""The words a clause is written with: `clause`, `statement`, `expect`, `Violation`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Sequence


class Violation(AssertionError):
    """The model or framework departs from a clause. The text says expected, found and the likely cause.

    ``probes`` holds, for each part of the clause that failed, the types of the framework's exceptions
    behind it (empty: the clause has no parts); ``raised`` are those of the clause as a whole, and ``texts`` what is
    to be said of each part.
    """

    def __init__(self, text: str, probes: Optional[Mapping[str, Sequence[str]]] = None, raised: Sequence[str] = (),
                 texts: Optional[Mapping[str, str]] = None):
        super().__init__(text)
        self.texts = dict(texts or {})
        self.probes = dict(probes or {})
        self.raised = tuple(raised)


class Lacking(Exception):
    """The subject lacks what a clause needs; the text says what to give."""


def expect(condition: Any, expected: str, found: Any, cause: str = "") -> None:
    """Raise `Violation` unless ``condition`` holds."""
    if not condition:
        raise Violation(sentence(expected, found, cause))


def sentence(expected: str, found: Any, cause: str = "") -> str:
    """``expected …; found …; likely cause: …``, the one form of every message."""
    text = f"expected {expected}; found {found}"
    return f"{text}; likely cause: {cause}" if cause else text


@dataclass(frozen=True)
class Clause:
    """One requirement: a function of a `Trial`, with its id and what it needs.

    ``capabilities`` are names that an adapter may declare missing, ``knowledge`` are fields of the
    subject without which the clause is ``n/a``.
    """

    id: str
    run: Callable[[Any], None]
    capabilities: Sequence[str] = ()
    knowledge: Sequence[str] = ()

    @property
    def phase(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def statement(self) -> str:
        """The docstring's first line, which every report shows."""
        return (inspect.getdoc(self.run) or "").split("\n", 1)[0]


def clause(*capabilities: str, knowledge: Sequence[str] = ()) -> Callable[[Callable], Clause]:
    """Make a function the clause ``<module>.<function>``."""
    def register(run: Callable) -> Clause:
        return Clause(f"{run.__module__.rsplit('.', 1)[-1]}.{run.__name__}", run, capabilities, tuple(knowledge))
    return register


def statement(run: Callable) -> Clause:
    """Make a function the check ``book.<function>`` of a printed statement of the chapter."""
    return Clause(f"book.{run.__name__}", run)
