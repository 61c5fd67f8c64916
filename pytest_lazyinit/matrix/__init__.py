"""Many reports in one compact table: which outcome each clause had in each environment.

A report is taken up and let go of before the next one is read; what stays of it is one small number a cell. Memory
therefore grows with the cells, at four bytes each, and with the distinct outcomes, not with the size of the reports.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from .outcomes import TOLD, Outcomes, contradict, worse
from ..results import Report, Result

ABSENT = 0
"""The number of a cell for which no report has a result."""

COMPANIONS = {"tensorflow": ("keras", "Keras"), "flax": ("jax", "JAX")}
"""The package beside a framework that decides its behaviour as much as its own version does, and its name in print."""


class Environment(NamedTuple):
    """Where a framework ran: a column of its table before equal ones are merged."""

    version: str
    companion: str
    python: str
    system: str

    def __str__(self) -> str:
        parts = [self.version or "of unknown version", self.companion, self.python and f"Python {self.python}", self.system]
        return ", ".join(part for part in parts if part)


class Row(NamedTuple):
    """A clause on a subject."""

    subject: str
    clause: str
    phase: str
    statement: str


class Source(NamedTuple):
    """What is said of one report."""

    path: str
    environments: Tuple[str, ...]
    planned: int
    ran: int
    verdicts: Mapping[str, int]
    suite: str
    complete: bool


@dataclass
class Table:
    """A framework on a device: rows, and a column of outcome numbers for each environment."""

    framework: str
    device: str
    rows: List[Row] = field(default_factory=list)
    columns: Dict[Environment, "array[int]"] = field(default_factory=dict)
    sources: Dict[Environment, str] = field(default_factory=dict)
    _places: Dict[Tuple[str, str], int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.framework}, {self.device}"

    def column(self, environment: Environment, path: str) -> "array[int]":
        """An environment's column; a new one is added, with the report that brought it."""
        self.sources.setdefault(environment, path)
        return self.columns.setdefault(environment, array("I"))

    def place(self, subject: str, result: Result) -> int:
        """The row's number; a new row is added."""
        found = self._places.get((subject, result.clause))
        if found is None:
            found = self._places[subject, result.clause] = len(self.rows)
            self.rows.append(Row(subject, result.clause, result.phase, result.statement))
        return found

    def find(self, subject: str, clause: str) -> Optional[int]:
        return self._places.get((subject, clause))

    def cells(self, environment: Environment) -> "array[int]":
        """An environment's column, as long as there are rows."""
        column = self.columns[environment]
        column.extend([ABSENT] * (len(self.rows) - len(column)))
        return column


class Matrix:
    """All that is known of the reports so far.

    Parameters
    ----------
    outcomes
        Those of another matrix, so that the numbers of both mean the same.
    """

    def __init__(self, outcomes: Optional[Outcomes] = None):
        self.outcomes = outcomes if outcomes is not None else Outcomes()
        self.tables: Dict[Tuple[str, str], Table] = {}
        self.sources: List[Source] = []
        self.problems: List[str] = []

    def add(self, path: str, report: Report) -> None:
        """Take up a report; where it contradicts an earlier one of the same environment the worse result stays."""
        verdicts: Dict[str, int] = {}
        parts: Dict[Tuple[str, str], Part] = {}
        versions = _versions(report)
        for result in report.results:
            home = (result.framework or "unknown", result.device)
            if home not in parts:
                own = (named(report, home[0]), home[1])
                table = self.tables.setdefault(own, Table(*own))
                parts[home] = Part(table, environment(home[0], versions.get(home[0], ""), report.run), self.outcomes, path)
            parts[home].add(result)
            verdicts[result.verdict] = verdicts.get(result.verdict, 0) + 1
        self.problems += [part.contradiction(path) for part in parts.values() if part.contradictions]
        run, names = report.run, tuple(part.name for part in parts.values())
        self.sources.append(Source(path, names, run.get("planned", 0), run.get("ran", 0), verdicts, suite(report), not report.interrupted))


class Part:
    """What one report says of one framework and device, on its way into the table."""

    def __init__(self, table: Table, where: Environment, outcomes: Outcomes, path: str):
        self.table, self.where, self.outcomes = table, where, outcomes
        self.column = table.column(where, path)
        self.contradictions: List[str] = []
        self._times: Dict[Tuple[str, str], int] = {}

    @property
    def name(self) -> str:
        return f"{self.table.framework} {self.where}, {self.table.device}"

    def add(self, result: Result) -> None:
        """Two results of one name in a report are two models of one name, not a contradiction."""
        key = (result.subject, result.clause)
        times = self._times[key] = self._times.get(key, 0) + 1
        place = self.table.place(result.subject if times == 1 else f"{result.subject} ({times})", result)
        column = self.column
        if place >= len(column):
            column.extend([ABSENT] * (place + 1 - len(column)))
        number = self.outcomes.number(result)
        column[place] = number if column[place] in (ABSENT, number) else self._settled(place, number)

    def _settled(self, place: int, number: int) -> int:
        """Which of two reports' results for one cell stays."""
        before = self.column[place]
        one, other = self.outcomes[before], self.outcomes[number]
        if contradict(one, other):
            row = self.table.rows[place]
            self.contradictions.append(f"{row.subject} {row.clause} ({one.verdict}, then {other.verdict})")
        return number if worse(one, other) else before

    def contradiction(self, path: str) -> str:
        others = len(self.contradictions) - 1
        more = f" and {others} more" if others else ""
        return f"{path}: contradicts {self.table.sources[self.where]} on {self.name}: {self.contradictions[0]}{more}; the worse result is shown"


def environment(framework: str, version: str, run: Mapping[str, Any]) -> Environment:
    """The environment of a framework's results in a run."""
    versions = run.get("versions", {})
    package, name = COMPANIONS.get(framework) or ("", "")
    beside = next((f"{name} {versions[told]}" for told in (package, f"{package}-nightly") if told in versions), "")
    machine = str(run.get("platform", ""))
    processor = re.search(r"x86_64|AMD64|aarch64|arm64", machine)
    system = " ".join([machine.partition("-")[0], processor[0] if processor else ""]).strip()
    return Environment(version, beside, str(run.get("python", "")), system)


def named(report: Report, framework: str) -> str:
    """A framework's name in the matrix: Keras on another backend is another framework, with versions of its own.

    The backend stands with the versions that ``present.usable`` observes: ``keras 3.9.0, backend jax``.
    """
    told = (result.observations.get("versions", "") for result in report.results if result.phase == TOLD and result.framework == framework)
    found = re.search(r"\bbackend (\w+)", " ".join(told))
    return f"{framework} on {found[1]}" if found else framework


def suite(report: Report) -> str:
    """The version of pytest-lazyinit that wrote a report."""
    return str(report.run.get("versions", {}).get("pytest-lazyinit", ""))


def _versions(report: Report) -> Dict[str, str]:
    """Framework → version, from the results and else from the run: what was not run knows none."""
    found = dict(report.run.get("versions", {}))
    for result in report.results:
        if result.version:
            found[result.framework] = result.version
    return found
