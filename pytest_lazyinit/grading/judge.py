"""Marks for the exercises, from raw facts and numbers alone. The questions go to a child; what is right is decided here."""

from __future__ import annotations

import random
from typing import Any, Callable, Mapping

from . import exercise1, exercise2, exercise3
from .facts import fault
from .feedback import Where, shown
from .marking import Draw, Ended, Marking
from .protocol import Malformed
from .results import ExerciseResult
from .session import CRASHED, Gone

EXERCISES: Mapping[str, Callable[[Any, Draw, Marking], None]] = {
    "1": exercise1.mark, "2": exercise2.mark, "3": exercise3.mark,
}


def grade_exercise(number: str, session: Any, random: random.Random, settings: Any) -> ExerciseResult:
    """Ask, recompute and mark.

    Parameters
    ----------
    number
        ``"1"``, ``"2"`` or ``"3"``.
    session
        Has loaded the answer; ``ask`` and ``source`` are used.
    random
        Draws widths and inputs, after the answer was loaded.

    Raises
    ------
    Gone
        Where the child came to its end.
    """
    marking = Marking(number, settings, Where(getattr(session, "source", "")))
    try:
        EXERCISES[number](session, Draw(random), marking)
    except Ended as end:
        return marking.lost(CRASHED, str(end))
    except Malformed:
        return marking.lost(CRASHED, "What came back from the process of this exercise was nothing that a grader's half of it sends.")
    return marking.result()


def gone(number: str, gone: Gone, settings: Any, source: str = "") -> ExerciseResult:
    """The result of an exercise whose child is gone, or whose module did not load."""
    where = Where(source)
    return Marking(number, settings, where).lost(gone.status, _gone_text(gone, where))


def _gone_text(gone: Gone, where: Where) -> str:
    """The sentence with the student's own line in front, where the exception says one."""
    line = 0
    if isinstance(gone.error, dict):
        try:
            line = fault(gone.error).own_line
        except Malformed:
            line = 0
    return where.at(line, shown(gone.text, 400))
