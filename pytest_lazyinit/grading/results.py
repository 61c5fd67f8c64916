"""Grades as data: one exercise's, one submission's, and the JSON document, whose schema stands in ``schema/grades-1.json``."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

STATUSES = ("graded", "timed-out", "out-of-memory", "crashed", "failed-to-load", "refused")
"""From the best to the worst; a submission has that of its worst exercise."""

NUMBERS = ("1", "2", "3")


class GradesError(ValueError):
    """A document that cannot be read; one sentence."""


@dataclass(frozen=True)
class ExerciseResult:
    """Marks of one exercise, exact, with what is said of those that were lost."""

    number: str
    score: Fraction
    max: Fraction
    status: str = "graded"
    feedback: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r}; valid: {', '.join(STATUSES)}")

    @property
    def full(self) -> bool:
        return self.score == self.max

    def to_dict(self) -> Dict[str, Any]:
        return {"score": float(self.score), "max": float(self.max), "status": self.status, "feedback": list(self.feedback)}


def submission(name: str, exercises: Mapping[str, ExerciseResult], seconds: float, isolation: Sequence[str]) -> Dict[str, Any]:
    """One entry of the document. Sums are made of fractions, so that three thirds are 1."""
    ordered = [exercises[number] for number in NUMBERS if number in exercises]
    return {
        "submission": name, "status": max((one.status for one in ordered), key=STATUSES.index, default="graded"),
        "score": float(sum((one.score for one in ordered), Fraction(0))), "max": float(sum((one.max for one in ordered), Fraction(0))),
        "seconds": round(float(seconds), 3), "exercises": {one.number: one.to_dict() for one in ordered}, "isolation": list(isolation),
    }


def refused(name: str, text: str, settings: Any, seconds: float, isolation: Sequence[str]) -> Dict[str, Any]:
    """The entry of a submission that was not executed."""
    none = {number: ExerciseResult(number, Fraction(0), settings.weights[number], "refused", (text,)) for number in NUMBERS}
    return submission(name, none, seconds, isolation)


# -- the document -------------------------------------------------------------------------------------

def write(results: Sequence[Mapping[str, Any]], path: Any) -> None:
    """Write the document; a reader never sees half of one."""
    save(path, json.dumps(list(results), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read(path: Any) -> List[Dict[str, Any]]:
    """The entries of a document that `write` wrote.

    Raises
    ------
    GradesError
        For what is no such document.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise GradesError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise GradesError(f"{path} is no JSON: {error}") from None
    if not isinstance(found, list) or not all(isinstance(entry, dict) and isinstance(entry.get("submission"), str) and "exercises" in entry for entry in found):
        raise GradesError(f"{path} holds no grades; valid: what lazyinit grade --out wrote")
    return found


def save(path: Any, text: str) -> None:
    """Write a file by way of another one beside it."""
    target = Path(path).expanduser()
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, target)
