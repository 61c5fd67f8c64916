"""Grading for people who live in pytest: what the suite's items need, and the lines below a run."""

from __future__ import annotations

import secrets
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest

from ..options import Settings as Options
from ..options import settings as options
from . import pool, submissions
from .results import ExerciseResult
from .settings import FRAMEWORKS, Settings, SettingsError
from .submissions import Submission
from .worker import CannotGrade, Worker

SUITE = Path(__file__).with_name("suite.py")
SHOWN = 40


def prepare(config: pytest.Config, chosen: Options) -> None:
    """Check what was asked for and point pytest at the suite; no submission is collected as a test module.

    Raises
    ------
    pytest.UsageError
        For a folder without submissions or with pytest's own root in it, and where the framework is not said.
    """
    graded = chosen.grade.resolve()
    if any(graded in (place, *place.parents) for place in map(Path.resolve, (config.invocation_params.dir, config.rootpath))):
        raise pytest.UsageError("--lazyinit-grade: pytest would take files of the folder that is graded for its own; valid: a folder beside or below this one")
    config.stash[GRADING] = Grading(chosen, bool(config.getoption("lazyinit_unsafe")))
    given = [] if chosen.active else [name for name in config.getoption("file_or_dir")]
    config.args = [str(SUITE), *(config.args if chosen.active else given)]
    if not any(pattern in ("test", "test*", "test_", "test_*") for pattern in config.getini("python_functions")):
        config.addinivalue_line("python_functions", "test_*")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Summary(), "lazyinit-grades")


def grading(config: pytest.Config) -> "Grading":
    """The grading of a run.

    Raises
    ------
    pytest.UsageError
        Where the suite was named by itself.
    """
    if GRADING not in config.stash:
        raise pytest.UsageError("this suite grades submissions; valid: pytest --lazyinit-grade=FOLDER --lazyinit-framework=NAME")
    return config.stash[GRADING]


class Grading:
    """The submissions of a run, and the process that grades them when the first item asks."""

    def __init__(self, chosen: Options, unsafe: bool):
        named = chosen.frameworks or ()
        if len(named) != 1 or named[0] not in FRAMEWORKS:
            raise pytest.UsageError(f"--lazyinit-grade: say which framework the answers are in; valid: --lazyinit-framework={'|'.join(FRAMEWORKS)}")
        # Drawn by nobody but the run itself, unless a seed is given to have the same run again.
        self.settings = Settings(framework=named[0], seed=chosen.seed or secrets.randbelow(1 << 31))
        self.worker = Worker(self.settings, unsafe)
        try:
            self.submissions = submissions.find([chosen.grade])
        except SettingsError as reason:
            raise pytest.UsageError(f"--lazyinit-grade: {reason}") from None
        if not self.submissions:
            raise pytest.UsageError(f"--lazyinit-grade: there is no .py or .ipynb in {chosen.grade}")

    def cases(self) -> List[Tuple[Submission, str]]:
        return [(submission, number) for submission in self.submissions for number in self.settings.marks]

    @property
    def isolation(self) -> List[str]:
        return list(self.worker.isolation)

    def exercise(self, submission: Submission, number: str) -> ExerciseResult:
        """One exercise of one submission, in a process of its own."""
        try:
            source = submissions.read(submission)
            self.worker.start()
        except submissions.Refused as reason:
            return ExerciseResult(number, Fraction(0), self.settings.weights[number], "refused", (str(reason),))
        except CannotGrade as reason:
            pytest.fail(str(reason).replace("--unsafe", "--lazyinit-unsafe"), pytrace=False)
        alone = replace(self.settings, marks={number: self.settings.marks[number]})
        return pool._exercises(self.worker, source, alone)[number]

    def close(self) -> None:
        self.worker.close()


class Summary:
    """Marks of each submission, and what kept them in, below the results."""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        told = [value for reports in terminalreporter.stats.values() for report in reports
                for key, value in (getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ()) if key == "lazyinit_grade"]
        if not told or terminalreporter.config.getoption("verbose") < 0:
            return
        terminalreporter.write_sep("=", "grades")
        for line in lines(told)[:None if terminalreporter.config.getoption("verbose") else SHOWN]:
            terminalreporter.write_line(line)
        for layer in dict.fromkeys(layer for one in told for layer in one["isolation"]):
            terminalreporter.write_line(f"isolation: {layer}")


def lines(told: List[Dict[str, Any]]) -> List[str]:
    """A line a submission: the marks of its exercises and their sum."""
    found: Dict[str, Dict[str, Dict[str, Any]]] = {}
    for one in told:
        found.setdefault(one["submission"], {})[one["exercise"]] = one
    return [f"{name}: {sum(one['score'] for one in ones.values()):.4g} of {sum(one['max'] for one in ones.values()):g} "
            f"({', '.join(f'{number}: ' + mark(ones[number]) for number in sorted(ones))})" for name, ones in sorted(found.items())]


def mark(one: Dict[str, Any]) -> str:
    return f"{one['score']:.4g}" + ("" if one["status"] == "graded" else f" {one['status']}")


GRADING = pytest.StashKey[Optional[Grading]]()
