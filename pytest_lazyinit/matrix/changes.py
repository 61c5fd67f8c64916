"""What changed: between neighbouring versions of a matrix, and between two reports (``--diff``)."""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from . import Matrix, Row, Table
from .columns import Column, columns, spans, titled
from .outcomes import Outcome, Outcomes

GOOD = ("ok", "deviation", "n/a")
KINDS = ("worse", "vanished", "better", "changed", "new", "observed")
"""Verdict became worse; no result any more; better; another verdict or deviation; a new row; another observation or message."""
WORSE = ("worse", "vanished")


class Change(NamedTuple):
    """A row that is otherwise in one version than in the one before."""

    kind: str
    table: str
    old: str
    new: str
    row: Row
    before: Optional[Outcome]
    after: Optional[Outcome]

    @property
    def verdicts(self) -> str:
        """``ok → FAIL``."""
        one, other = (told(outcome) for outcome in (self.before, self.after))
        return f"{one} → {other}" if one != other else one

    @property
    def reasons(self) -> str:
        """The reasons of the deviations that came and went, in brackets."""
        one, other = (outcome.notes if outcome else () for outcome in (self.before, self.after))
        came = [f"now: {note.reason}" for note in other if note not in one]
        went = [f"no longer: {note.reason}" for note in one if note not in other]
        return f" ({'; '.join([*came, *went])})" if came or went else ""

    @property
    def facts(self) -> List[Tuple[str, str, str]]:
        """Name, old and new text of each observation that differs, and of the message."""
        if self.before is None or self.after is None:
            return []
        one, other = self.before.observations, self.after.observations
        found = [(name, one.get(name, "not observed"), other.get(name, "not observed")) for name in dict.fromkeys([*one, *other])]
        message = ("message", self.before.message, self.after.message)
        return [fact for fact in [*found, message] if fact[1] != fact[2] and (fact[0] != "message" or fact[1] and fact[2])]


class Failure(NamedTuple):
    """A ``FAIL`` or ``error`` in one version or in several neighbouring ones."""

    table: str
    versions: str
    row: Row
    outcome: Outcome
    number: int


def alike(found: Iterable[Failure]) -> List[List[Failure]]:
    """Failures of one message on one subject in the same versions together: one cause often fells many clauses."""
    groups: Dict[Tuple[str, int, str, str], List[Failure]] = {}
    for failure in found:
        groups.setdefault((failure.table, failure.number, failure.versions, failure.row.subject), []).append(failure)
    return list(groups.values())


def reworded(*texts: str) -> bool:
    """Whether only the wording differs, not the type of the exception or what else comes before the first colon."""
    return len({text.partition(":")[0] for text in texts if ":" in text}) == 1 and all(":" in text for text in texts)


def observed(step: Sequence[Change]) -> List[Tuple[Change, str, str, str]]:
    """A change, the name of an observation, its old and new text; what differs in more than the wording comes first."""
    found = [(change, *fact) for change in step for fact in change.facts if fact[0] != "message" or change.kind == "observed"]
    return sorted(found, key=lambda fact: reworded(*fact[2:]))


def told(outcome: Optional[Outcome]) -> str:
    return outcome.verdict if outcome is not None else "no result"


def kind(before: Optional[Outcome], after: Optional[Outcome]) -> str:
    """Which of `KINDS` a change is."""
    if before is None or after is None:
        return "new" if before is None else "vanished"
    if (before.verdict in GOOD) != (after.verdict in GOOD):
        return "better" if after.verdict in GOOD else "worse"
    if (before.verdict, after.verdict) == ("deviation", "ok"):
        return "better"
    return "changed" if (before.verdict, before.notes) != (after.verdict, after.notes) else "observed"


def failures(table: Table, shown: Sequence[Column], outcomes: Outcomes) -> Iterator[Failure]:
    """The failures of a table, row by row."""
    failed = {number for column in shown for number in set(column.cells) if number and outcomes[number].failed}
    for place, row in enumerate(table.rows if failed else ()):
        for span in spans(shown, place):
            if span.number in failed:
                yield Failure(table.name, titled(shown, span), row, outcomes[span.number], span.number)


def changes(table: Table, shown: Sequence[Column], outcomes: Outcomes) -> List[List[Change]]:
    """A list of changes for each column that differs from the version before it, from new to old."""
    found = []
    for index in range(len(shown) - 1, 0, -1):
        before = previous(shown, index)
        if before is not None:
            found.append(list(between(table, before, shown[index], outcomes)))
    return [step for step in found if step]


def previous(shown: Sequence[Column], index: int) -> Optional[Column]:
    """The column of the version before, of the same Python where that version has several."""
    column = shown[index]
    earlier = [other for other in shown[:index] if not set(other.versions) & set(column.versions)]
    if not earlier:
        return None
    beside = [other for other in earlier if earlier[-1].versions[-1] in other.versions]
    pythons = {one.python for one in column.environments}
    return next((other for other in beside if pythons & {one.python for one in other.environments}), earlier[-1])


def between(table: Table, before: Column, after: Column, outcomes: Outcomes) -> Iterator[Change]:
    if before.cells == after.cells:
        return
    old, new = (before.versions[-1], after.versions[0])
    labels = [" ".join([version, f"({beside})"] if beside and old[1] != new[1] else [version]) for version, beside in (old, new)]
    labels[1] += f" ({after.place})" if after.place else ""
    for row, one, other in zip(table.rows, before.cells, after.cells):
        if one != other:
            yield Change(kind(outcomes[one], outcomes[other]), table.name, labels[0], labels[1], row, outcomes[one], outcomes[other])


# -- two reports ----------------------------------------------------------------------------------------

def difference(old: Matrix, new: Matrix) -> List[Change]:
    """What the second has otherwise than the first, the worst first. Both share their outcomes."""
    found: List[Change] = []
    for home in sorted({**old.tables, **new.tables}):
        one, other = old.tables.get(home), new.tables.get(home)
        if one is None or other is None:
            found.append(whole(one, other))
        else:
            found += compared(one, other, old.outcomes)
    return sorted(found, key=lambda change: KINDS.index(change.kind))


def whole(one: Optional[Table], other: Optional[Table]) -> Change:
    """A framework on a device that only one of the two has."""
    table = one or other
    assert table is not None
    row = Row(f"all {len(table.rows)} results", "", "", "")
    return Change("vanished" if other is None else "new", table.name, version(one), version(other), row, None, None)


def compared(one: Table, other: Table, outcomes: Outcomes) -> Iterator[Change]:
    before, after = columns(one)[-1].cells, columns(other)[-1].cells
    labels = (version(one), version(other))
    rows: Dict[Tuple[str, str], Row] = {(row.subject, row.clause): row for row in [*one.rows, *other.rows]}
    for key, row in rows.items():
        places = (one.find(*key), other.find(*key))
        numbers = [cells[place] if place is not None else 0 for cells, place in zip((before, after), places)]
        if numbers[0] != numbers[1]:
            first, second = (outcomes[number] for number in numbers)
            yield Change(kind(first, second), other.name, *labels, row, first, second)


def version(table: Optional[Table]) -> str:
    """The one version of a table, told from another of the same number by its companion."""
    if table is None:
        return "none"
    last = columns(table)[-1]
    return last.heading + (f" ({last.companion})" if last.companion else "")


def ambiguous(matrix: Matrix, path: str) -> List[str]:
    """A sentence for each framework of which a side of a comparison has several versions."""
    found = []
    for table in matrix.tables.values():
        versions = list(dict.fromkeys(one.version for one in table.columns))
        if len(versions) > 1:
            found.append(f"{path}: holds {table.name} in {len(versions)} versions ({', '.join(versions)}); the newest of them is compared")
    return found
