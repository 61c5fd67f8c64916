"""The labelled submissions: what each is to earn, and how one is graded, in the real processes."""

from __future__ import annotations

import atexit
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple

import pytest

from pytest_lazyinit.grading import pool, submissions
from pytest_lazyinit.grading.settings import MARKS, Settings
from pytest_lazyinit.grading.worker import Worker

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
FOLDER = HERE / "corpus"
# NNX does not load beside an Optax that is old enough for MXNet's NumPy: its submissions are graded in `tests/newer`.
NEWER = ("flax_nnx",)
_WORKERS: Dict[str, Worker] = {}


class Label(NamedTuple):
    """What is written of one submission."""

    name: str
    marks: Mapping[str, str]
    status: str
    statuses: Mapping[str, str]
    says: Mapping[str, str]

    @property
    def folder(self) -> str:
        return self.name.partition("/")[0]

    @property
    def framework(self) -> str:
        return self.folder.partition("_")[0]

    def score(self, number: str) -> Fraction:
        """What an exercise earns, exactly."""
        return sum((MARKS[number][part] for part in self.marks.get(number, "-").split() if part != "-"), Fraction(0))


def labels() -> List[Label]:
    told = tomllib.loads((HERE / "corpus.toml").read_text(encoding="utf-8"))
    return [label(name, entry) for name, entry in told.items()]


def label(name: str, entry: Mapping[str, Any]) -> Label:
    status = entry.get("status", "graded")
    whole = {number: status for number in MARKS} if status in ("failed-to-load", "refused") else {}
    return Label(name, {number: entry[number] for number in MARKS if number in entry}, status, {**whole, **entry.get("statuses", {})}, entry.get("says", {}))


def earns_its_marks(found: Label) -> None:
    """Assert that a submission earns exactly what its label says, and is told why where it lost a mark."""
    result = graded(found)
    assert result["status"] == found.status, result
    for number, exercise in result["exercises"].items():
        assert exercise["score"] == pytest.approx(float(found.score(number)), abs=1e-12), (number, exercise)
        assert exercise["status"] == found.statuses.get(number, "graded"), (number, exercise)
        assert found.says.get(number, "") in " | ".join(exercise["feedback"]), exercise
        assert bool(exercise["feedback"]) == (exercise["score"] < exercise["max"]), exercise


def graded(found: Label, seed: int = 0) -> Dict[str, Any]:
    """The result of one submission, as it stands in results.json."""
    worker = zygote(found.framework)
    settings = Settings(framework=found.framework, seed=seed)
    source = pool.read(submissions.Submission(found.name, FOLDER / found.name), settings, worker.isolation)
    return source if isinstance(source, dict) else pool.grade(worker, found.name, source, settings)


def zygote(framework: str) -> Worker:
    if framework not in _WORKERS:
        _WORKERS[framework] = Worker(Settings(framework=framework))
        atexit.register(_WORKERS[framework].close)
    return _WORKERS[framework]
