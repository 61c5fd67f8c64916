"""The matrix as Markdown: what failed, what changed, a table for each framework and device, planned against ran.

Markdown merges no cells: versions that agree in every row are one column, and in the other rows each cell is written.
"""

from __future__ import annotations

from typing import Iterator, List, Optional, Sequence

from ..matrix import changes as matrix_changes
from ..matrix import Matrix
from ..matrix.changes import Change
from ..matrix.outcomes import Note, Outcome, contrasted
from .markdown import lines, text
from .matrix import Sheet, cell, compact, sheets, totals
from .tables import SHORT, Link

FACTS = 20  # observations of a step between versions that are listed
LENGTH = 200


def page(matrix: Matrix) -> Iterator[str]:
    """The page, a line at a time."""
    shown = sheets(matrix)
    yield from ["# Lazy initialization across versions", "", f"{totals(matrix)}.", ""]
    yield from problems(matrix.problems)
    yield from failures(shown)
    yield from changes(shown)
    for sheet in shown:
        yield from table(sheet)
    yield from planned(matrix)


def problems(found: Sequence[str]) -> List[str]:
    return ["## Wrong with the reports", "", *(f"- {text(problem)}" for problem in found), ""] if found else []


def failures(shown: Sequence[Sheet]) -> List[str]:
    found = matrix_changes.alike(failure for sheet in shown for failure in matrix_changes.failures(sheet.table, sheet.columns, sheet.outcomes))
    rows = [[one.outcome.verdict, one.table, one.versions, one.row.subject, ", ".join(each.row.clause for each in like), one.outcome.message]
            for like in found for one in like[:1]]
    head = ["verdict", "framework, device", "versions", "subject", "clauses", "message"]
    return ["## Failures", "", *(lines(head, rows) if rows else ["Nothing failed."]), ""]


# -- what changed -------------------------------------------------------------------------------------

def changes(shown: Sequence[Sheet]) -> Iterator[str]:
    """The newest version first."""
    steps = [step for sheet in shown for step in matrix_changes.changes(sheet.table, sheet.columns, sheet.outcomes)]
    yield from ["## What changed between versions", ""]
    for step in steps:
        yield from [f"**{text(step[0].table)}: {text(step[0].old)} → {text(step[0].new)}**", ""]
        yield from [*listed(step), ""]
    if not steps:
        yield from ["Nothing.", ""]


def listed(step: Sequence[Change]) -> Iterator[str]:
    """A line for each changed verdict, and for the first observations."""
    ranked = sorted((change for change in step if change.kind != "observed"), key=lambda change: matrix_changes.KINDS.index(change.kind))
    for change in ranked:
        name = f"**{change.kind}**" if change.kind in matrix_changes.WORSE else change.kind
        yield f"- {name}: {text(change.row.subject)} `{change.row.clause}`: {text(change.verdicts + change.reasons)}"
    facts = matrix_changes.observed(step)
    for change, name, old, new in facts[:FACTS]:
        yield f"- observed: {text(change.row.subject)} `{change.row.clause}` {text(name)}: {' → '.join(map(text, contrasted(old, new, LENGTH)))}"
    if len(facts) > FACTS:
        yield f"- {len(facts) - FACTS:,} more observations"


def short(told: str) -> str:
    line = " ".join(told.split()) or "(empty)"
    return line if len(line) <= LENGTH else line[:LENGTH - 1] + "…"


# -- a framework's table ------------------------------------------------------------------------------

def table(sheet: Sheet) -> Iterator[str]:
    """The table, its notes, and why something was not offered or not run."""
    yield from [f"## {text(sheet.table.name)}", ""]
    head = ["clause", *(column.title for column in sheet.columns)]
    yield from lines(head, [])
    for subject, rows in sheet.subjects():
        yield f"| **{text(subject)}** |" + " |" * len(sheet.columns)
        for row in rows:
            cells = [marked(sheet, sheet.outcome(span)) for span in row.cells for _ in range(span.width)]
            yield f"| `{row.row.clause}` | {' | '.join(cells)} |"
            for fact in row.main:
                told = [text(short(fact_text)) if fact_text is not None else "–" for span, fact_text in fact.cells for _ in range(span.width)]
                yield f"| · {text(fact.name)} | {' | '.join(told)} |"
    yield ""
    yield from notes(sheet)


def marked(sheet: Sheet, outcome: Optional[Outcome]) -> str:
    """``dev`` with the numbers of its notes."""
    marks = sheet.notes.marks(outcome, reasons=True) if outcome else []
    return cell(outcome) + (f" <sup>{compact(marks)}</sup>" if marks else "")


def notes(sheet: Sheet) -> Iterator[str]:
    for note, number in sheet.notes.numbers.items():
        if isinstance(note, Note):
            yield f"{number}. {text(note.kind)}: {text(Link(note.reason, note.url))}"
        else:
            yield f"{number}. {text(note)}"
    yield ""


# -- planned against ran, two reports -------------------------------------------------------------------

def planned(matrix: Matrix) -> List[str]:
    rows = [[source.path, "; ".join(source.environments), f"{source.planned}", f"{source.ran}{'' if source.complete else ', did not come to its end'}",
             ", ".join(f"{count} {SHORT.get(verdict, verdict)}" for verdict, count in source.verdicts.items()), source.suite] for source in matrix.sources]
    return ["## Planned against ran", "", *lines(["report", "environment", "planned", "ran", "verdicts", "pytest-lazyinit"], rows), ""]


def difference(found: Sequence[Change], wrong: Sequence[str], title: str) -> Iterator[str]:
    """What one report has otherwise than another."""
    yield from [f"# {text(title)}", "", f"{counted(found)}.", ""]
    yield from problems(wrong)
    yield from listed(found)


def counted(found: Sequence[Change]) -> str:
    """``1 worse, 3 better, 12 observed``, or that nothing changed."""
    kinds = [change.kind for change in found]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in matrix_changes.KINDS if kind in kinds) or "Nothing changed"
