"""The lists of a matrix' page: problems, failures, what changed between versions, planned against ran."""

from __future__ import annotations

from html import escape
from typing import Iterator, List, Sequence, Tuple

from ..matrix import changes as matrix_changes
from ..matrix import Matrix, Source
from ..matrix.changes import Change, Failure
from ..matrix.outcomes import contrasted
from .matrix import Sheet
from .tables import SHORT

FACTS = 200  # observations of one step that are listed; all of them are in the tables
LONGEST = 240  # characters of an observation
OPEN = 12  # changes of a step that are shown without a click


def problems(found: Sequence[str]) -> Iterator[str]:
    """What is wrong with the reports themselves."""
    if found:
        items = "".join(f"<li>{escape(text)}</li>\n" for text in found)
        yield f'<section class="problems" aria-labelledby="problems"><h2 id="problems">Wrong with the reports</h2><ul>\n{items}</ul></section>\n'


def failures(sheets: Sequence[Sheet]) -> Iterator[str]:
    """All that failed, nothing else, and nothing behind a click."""
    yield '<section aria-labelledby="failures"><h2 id="failures">Failures</h2>\n'
    empty = True
    for index, sheet in enumerate(sheets):
        for found in matrix_changes.alike(matrix_changes.failures(sheet.table, sheet.columns, sheet.outcomes)):
            yield '<ol class="failures">\n' if empty else ""
            yield failed(found, index)
            empty = False
    yield "<p>Nothing failed.</p></section>\n" if empty else "</ol></section>\n"


def failed(found: Sequence[Failure], index: int) -> str:
    first = found[0]
    kind, count = "f" if first.outcome.verdict == "FAIL" else "e", f" ({len(found)} clauses)" if len(found) > 1 else ""
    clauses = ", ".join(f'<a href="#d{index}-{failure.number}"><code>{escape(failure.row.clause)}</code></a>' for failure in found)
    return (f'<li><b class="{kind}"><span>{first.outcome.verdict}</span></b> <strong>{escape(first.table)}, {escape(first.versions)}</strong> '
            f'{escape(first.row.subject)}{count} {clauses}<pre>{escape(first.outcome.message)}</pre></li>\n')


# -- what changed -------------------------------------------------------------------------------------

def changes(sheets: Sequence[Sheet]) -> Iterator[str]:
    """For each framework and version what is otherwise than in the version before, the newest first."""
    yield '<section aria-labelledby="changes"><h2 id="changes">What changed between versions</h2>\n'
    empty = True
    for sheet in sheets:
        found = matrix_changes.changes(sheet.table, sheet.columns, sheet.outcomes)
        if found:
            empty = False
            yield f"<h3>{escape(sheet.table.name)}</h3>\n"
        for step in found:
            yield from stepped(step)
    yield "<p>Nothing.</p></section>\n" if empty else "</section>\n"


def stepped(step: Sequence[Change]) -> Iterator[str]:
    """One version against the one before: verdicts, then observations behind a click."""
    verdicts = sorted((change for change in step if change.kind != "observed"), key=lambda change: matrix_changes.KINDS.index(change.kind))
    facts = matrix_changes.observed(step)
    told = counted(len(facts), "observation", "observations")
    both = " and ".join(filter(None, [counted(len(verdicts), "verdict or deviation", "verdicts or deviations"), told])) or "the messages"
    yield f'<details{" open" if 0 < len(verdicts) <= OPEN else ""}><summary>{escape(step[0].old)} → {escape(step[0].new)}: {both}</summary>\n'
    if verdicts:
        yield f"<ul>{''.join(map(changed, verdicts))}</ul>\n"
    if facts:
        yield from [f"<details><summary>{told}</summary>", *observed(step[0], facts), "</details>\n"] if verdicts else observed(step[0], facts)
    yield "</details>\n"


def observed(step: Change, facts: Sequence[Tuple[Change, str, str, str]]) -> Iterator[str]:
    """What was observed before and after."""
    yield f"<table><thead><tr><th scope=\"col\">clause</th><th scope=\"col\">of</th><th scope=\"col\">{escape(step.old)}</th><th scope=\"col\">{escape(step.new)}</th></tr></thead><tbody>\n"
    for change, name, old, new in facts[:FACTS]:
        cells = "".join(f"<td>{escape(text)}</td>" for text in contrasted(old, new, LONGEST))
        yield f"<tr><th scope=\"row\">{escape(change.row.subject)} <code>{escape(change.row.clause)}</code></th><td>{escape(name)}</td>{cells}</tr>\n"
    yield "</tbody></table>\n"
    if len(facts) > FACTS:
        yield f"<p>{len(facts) - FACTS:,} more stand in the table.</p>\n"


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""


def changed(change: Change) -> str:
    """``worse: MLP after.shapes: ok → FAIL``, and of a deviation that came or went the reason."""
    return f"<li>{kind(change)}: {escape(change.row.subject)} <code>{escape(change.row.clause)}</code>: {escape(change.verdicts)}{escape(change.reasons)}</li>\n"


def kind(change: Change) -> str:
    return f"<b>{change.kind}</b>" if change.kind in matrix_changes.WORSE else change.kind


# -- planned against ran ------------------------------------------------------------------------------

def planned(matrix: Matrix) -> Iterator[str]:
    """A row a report: what it was to do and what it did."""
    yield ('<section aria-labelledby="planned"><h2 id="planned">Planned against ran</h2><div class="scroll"><table class="plain"><thead><tr>'
           + "".join(f'<th scope="col">{name}</th>' for name in ("report", "environment", "planned", "ran", "verdicts", "pytest-lazyinit")) + "</tr></thead><tbody>\n")
    yield from map(reported, matrix.sources)
    yield "</tbody></table></div></section>\n"


def reported(source: Source) -> str:
    short = source.ran != source.planned or not source.complete
    ran = f"{source.ran:,}{'' if source.complete else ', did not come to its end'}"
    verdicts: List[str] = [f"{count:,} {SHORT.get(verdict, verdict)}" for verdict, count in source.verdicts.items()]
    cells = ["<br>".join(map(escape, source.environments)), f"{source.planned:,}", f"<b>{ran}</b>" if short else ran, ", ".join(verdicts), escape(source.suite)]
    return f'<tr><th scope="row">{escape(source.path)}</th>{"".join(f"<td>{text}</td>" for text in cells)}</tr>\n'
