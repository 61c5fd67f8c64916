"""What ``lazyinit matrix`` says in a terminal or a job's log: what is wrong, what failed, what changed, what was written."""

from __future__ import annotations

import shutil
from typing import Any, Sequence

from ..matrix import changes as matrix_changes
from ..matrix import Matrix
from ..matrix.changes import Change
from ..matrix.outcomes import contrasted
from .matrix import sheets, totals
from .matrix_markdown import LENGTH, counted
from .terminal import fitted

LISTED = 50
"""Changes and failures that are listed; the pages have them all."""


def write(screen: Any, matrix: Matrix) -> None:
    """Totals, failures, the latest step of each framework, problems."""
    screen.write_line(totals(matrix), bold=True)
    for sheet in sheets(matrix):
        screen.write_line(f"{sheet.table.name}: {' | '.join(column.title for column in sheet.columns)}")
        steps = matrix_changes.changes(sheet.table, sheet.columns, sheet.outcomes)
        if steps:
            screen.write_line(f"    latest change, {steps[0][0].old} → {steps[0][0].new}: {counted(steps[0])}")
        found = matrix_changes.alike(matrix_changes.failures(sheet.table, sheet.columns, sheet.outcomes))
        for first, *others in found[:LISTED]:
            also = f" and {len(others)} more clauses" if others else ""
            line(screen, f"    {first.outcome.verdict} {first.versions} {first.row.subject} {first.row.clause}{also}: {first.outcome.message}", red=True)
        more(screen, len(found))
    write_problems(screen, matrix.problems)


def write_difference(screen: Any, found: Sequence[Change], problems: Sequence[str]) -> None:
    """The changes, the worst first."""
    screen.write_line(counted(found), bold=True)
    for change in found[:LISTED]:
        why = f": {change.after.message}" if change.kind == "worse" and change.after else ""
        where = f"{change.table} {change.old} → {change.new}: {change.row.subject} {change.row.clause}".rstrip()
        line(screen, f"{change.kind} {where}, {change.verdicts}{change.reasons if change.kind == 'changed' else why}", red=change.kind in matrix_changes.WORSE, green=change.kind == "better")
        for name, old, new in change.facts if change.kind == "observed" else ():
            line(screen, f"    {name}: {' → '.join(contrasted(old, new, LENGTH))}")
    more(screen, len(found))
    write_problems(screen, problems)


def write_problems(screen: Any, problems: Sequence[str]) -> None:
    for problem in problems:
        screen.write_line(f"lazyinit matrix: {problem}", red=True, bold=True)


def line(screen: Any, text: str, **markup: bool) -> None:
    """As wide as a terminal is; all of it where there is none, as in a job's log."""
    width = shutil.get_terminal_size().columns if getattr(screen, "colours", False) else 1000
    screen.write_line(fitted(text, width, 0) if not text.startswith("    ") else "    " + fitted(text, width - 4, 0), **markup)


def more(screen: Any, count: int) -> None:
    if count > LISTED:
        screen.write_line(f"    and {count - LISTED:,} more")
