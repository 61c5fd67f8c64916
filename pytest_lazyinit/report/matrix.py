"""What the pages of a matrix show, as plain data: rows under their subject, cells, footnotes, observations that differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple, Union

from ..matrix import Matrix, Row, Table
from ..matrix.changes import reworded
from ..matrix.columns import Span, columns, spans
from ..matrix.outcomes import Note, Outcome
from ..results import PHASES
from .tables import DEVICES, FRAMEWORKS, SHORT

DEPARTED = ("deviation", "FAIL", "error")
MEANINGS = {
    "ok": "as the contract says", "dev": "a declared deviation, with its note", "FAIL": "departs from the contract, undeclared",
    "n/a": "not offered there", "not run": "nothing was established", "error": "the harness failed", "–": "no result",
}


FACTS, WORDINGS = 6, 2
"""Observations of a row that are shown below it where more of them differ, and how many of them may differ in wording only."""


class Fact(NamedTuple):
    """An observation that differs between versions: for neighbouring columns the text, or nothing where there is none."""

    name: str
    cells: Sequence[Tuple[Span, Optional[str]]]

    @property
    def wording(self) -> bool:
        """Whether only the wording differs, not the type of the exception or what comes before the first colon."""
        return reworded(*(text for _, text in self.cells if text is not None))


@dataclass
class Line:
    """A row with its cells, and which filters it passes."""

    row: Row
    cells: List[Span]
    facts: List[Fact] = field(default_factory=list)
    flags: str = ""

    @property
    def main(self) -> List[Fact]:
        """The facts that are shown below the row: those that differ in more than wording, and a few of the others."""
        others = [fact for fact in self.facts if fact.wording][:WORDINGS]
        return [*(fact for fact in self.facts if not fact.wording), *others][:FACTS]


class Notes:
    """The footnotes of a table, numbered as they are met: declared deviations, and the messages of failures."""

    def __init__(self) -> None:
        self.numbers: Dict[Union[Note, str], int] = {}

    def marks(self, outcome: Outcome, reasons: bool = False) -> List[int]:
        """The numbers of an outcome's notes; with ``reasons`` also of why it was not offered or not run."""
        told = outcome.failed or reasons and outcome.verdict in ("n/a", "not run")
        notes: List[Union[Note, str]] = [outcome.message] if told and outcome.message else []
        return sorted({self.numbers.setdefault(note, len(self.numbers) + 1) for note in [*notes, *outcome.notes]})


class Sheet:
    """A framework on a device, ready to be shown."""

    def __init__(self, matrix: Matrix, table: Table, lone: Set[Tuple[str, str]]):
        self.table, self.outcomes = table, matrix.outcomes
        self.columns = columns(table)
        self.notes = Notes()
        self._lone = lone

    def subjects(self) -> Iterator[Tuple[str, List[Line]]]:
        """Each subject with its lines, by phase and within it in the order in which the clauses came."""
        places: Dict[str, List[int]] = {}
        for place, row in enumerate(self.table.rows):
            places.setdefault(row.subject, []).append(place)
        for subject, found in places.items():
            found.sort(key=lambda place: order(self.table.rows[place].phase))
            yield subject, [self.line(place) for place in found]

    def line(self, place: int) -> Line:
        row, cells = self.table.rows[place], list(spans(self.columns, place))
        return Line(row, cells, list(self._facts(cells)) if len(cells) > 1 else [], self._flags(row, cells))

    def outcome(self, span: Span) -> Optional[Outcome]:
        return self.outcomes[span.number]

    def versions(self, span: Span) -> Set[Tuple[str, str]]:
        """The versions of a span's columns."""
        return {version for column in self.columns[span.first:span.first + span.width] for version in column.versions}

    def _facts(self, cells: Sequence[Span]) -> Iterator[Fact]:
        """The observations of which there are at least two; that one is missing somewhere is no difference."""
        outcomes = [(span, self.outcomes[span.number]) for span in cells]
        names = dict.fromkeys(name for _, outcome in outcomes if outcome for name in outcome.observations)
        for name in names:
            told = [(span, outcome.observations.get(name) if outcome else None) for span, outcome in outcomes]
            if len({text for _, text in told if text is not None}) > 1:
                yield Fact(name, joined(told))

    def _flags(self, row: Row, cells: Sequence[Span]) -> str:
        """Letters of the filters: differs, verdict differs, fails, fails in one version only, departs in one framework only."""
        found = [self.outcomes[span.number] for span in cells]
        failing = set().union(*(self.versions(span) for span, outcome in zip(cells, found) if outcome and outcome.failed))
        verdicts = {outcome.verdict if outcome else "" for outcome in found}
        flags = {"d": len(cells) > 1, "v": len(verdicts) > 1, "f": bool(failing), "o": len(failing) == 1, "w": (row.subject, row.clause) in self._lone}
        return "".join(letter for letter, on in flags.items() if on)


def sheets(matrix: Matrix) -> List[Sheet]:
    """The tables in the order of the frameworks and devices."""
    lone = departing_alone(matrix)
    return [Sheet(matrix, matrix.tables[home], lone) for home in sorted(matrix.tables, key=rank)]


def departing_alone(matrix: Matrix) -> Set[Tuple[str, str]]:
    """Subject and clause of the rows that several frameworks have and one alone departs from, in any version."""
    having: Dict[Tuple[str, str], Set[str]] = {}
    departing: Dict[Tuple[str, str], Set[str]] = {}
    for table in matrix.tables.values():
        departed = {number for cells in table.columns.values() for number in set(cells) if number and matrix.outcomes[number].verdict in DEPARTED}
        met = [False] * len(table.rows)
        for one in table.columns:
            for place, number in enumerate(table.cells(one)):
                if number in departed:
                    met[place] = True
        for row, found in zip(table.rows, met):
            having.setdefault((row.subject, row.clause), set()).add(table.framework)
            if found:
                departing.setdefault((row.subject, row.clause), set()).add(table.framework)
    return {key for key, names in departing.items() if len(names) == 1 and len(having[key]) > 1}


def joined(told: Sequence[Tuple[Span, Optional[str]]]) -> List[Tuple[Span, Optional[str]]]:
    """Neighbours of one text as one."""
    found: List[Tuple[Span, Optional[str]]] = []
    for span, text in told:
        if found and found[-1][1] == text:
            first = found.pop()[0]
            span = Span(first.first, first.width + span.width, first.number)
        found.append((span, text))
    return found


def cell(outcome: Optional[Outcome]) -> str:
    """A cell's text without its notes."""
    return SHORT.get(outcome.verdict, outcome.verdict) if outcome else "–"


def compact(numbers: Sequence[int]) -> str:
    """``1, 4–6``."""
    runs: List[List[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def order(phase: str) -> int:
    return PHASES.index(phase) if phase in PHASES else len(PHASES)


def rank(home: Tuple[str, str]) -> Tuple[int, str, int, str]:
    """Sorts frameworks and devices."""
    framework, device = home
    known = FRAMEWORKS.index(framework) if framework in FRAMEWORKS else len(FRAMEWORKS)
    return known, framework, DEVICES.index(device) if device in DEVICES else len(DEVICES), device


def totals(matrix: Matrix) -> str:
    """``31 environments, 1,790 results of 31 reports: 1,500 ok, …``."""
    counted: Dict[str, int] = {}
    for source in matrix.sources:
        for verdict, count in source.verdicts.items():
            counted[verdict] = counted.get(verdict, 0) + count
    parts = ", ".join(f"{counted[verdict]:,} {SHORT.get(verdict, verdict)}" for verdict in ("ok", "deviation", "FAIL", "n/a", "not run", "error") if verdict in counted)
    places = sum(len(table.columns) for table in matrix.tables.values())
    return f"{places:,} environments, {sum(counted.values()):,} results from {len(matrix.sources):,} reports: {parts or 'nothing'}"
