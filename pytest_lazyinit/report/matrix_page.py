"""The matrix as a page: one file that needs nothing else and is a plain table without its script.

What a cell observed stands once, as HTML, in a ``<noscript>`` below its table. With a script the browser takes that
for a text and makes nothing of it until a cell is opened, so that a hundred versions of five thousand rows stay light;
without one it is an ordinary list, to which the cells link.
"""

from __future__ import annotations

import string
from html import escape
from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Tuple

from ..matrix import Matrix
from ..matrix.columns import Column, Span, titled
from ..matrix.outcomes import Note, Outcome
from . import matrix_lists as lists
from .matrix import MEANINGS, Fact, Line, Sheet, cell, compact, order, sheets, totals

TEMPLATE = Path(__file__).with_name("matrix.html")
CLASSES = {"ok": "k", "deviation": "v", "FAIL": "f", "n/a": "a", "not run": "r", "error": "e", "–": "x"}
SHOWN = 140  # characters of an observation in the table; all of it is one click away
WIDE = 8  # a table of more columns scrolls inside its frame


def page(matrix: Matrix) -> Iterator[str]:
    """The page, piece by piece."""
    shown = sheets(matrix)
    template = string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        totals=escape(totals(matrix)), legend=legend(), spans=wide_spans(shown), phases=phases(matrix), frameworks=choices(shown))
    before, between, after = template.split("<!-- here -->")
    yield before
    yield from lists.problems(matrix.problems)
    yield from lists.failures(shown)
    yield from lists.changes(shown)
    yield between
    for index, sheet in enumerate(shown):
        yield from section(sheet, index)
    yield from lists.planned(matrix)
    yield after


def legend() -> str:
    marked = {"dev": "v", **CLASSES}
    return "".join(f'<div><dt class="{marked[name]}"><span>{name}</span></dt><dd>{meaning}</dd></div>' for name, meaning in MEANINGS.items())


def wide_spans(shown: Sequence[Sheet]) -> str:
    """How wide merged cells are; the rows are grids, in which ``colspan`` alone says nothing."""
    most = max([len(sheet.columns) for sheet in shown], default=1)
    return "".join(f'[colspan="{count}"]{{grid-column:span {count}}}' for count in range(2, most + 1))


def phases(matrix: Matrix) -> str:
    names = sorted({row.phase for table in matrix.tables.values() for row in table.rows}, key=lambda name: (order(name), name))
    return "".join(f"<option>{escape(name)}</option>" for name in names)


def choices(shown: Sequence[Sheet]) -> str:
    return "".join(f'<option value="t{index}">{escape(sheet.table.name)}</option>' for index, sheet in enumerate(shown))


# -- a table ------------------------------------------------------------------------------------------

def section(sheet: Sheet, index: int) -> Iterator[str]:
    """A framework's table, its footnotes and its observations."""
    name, wide = escape(sheet.table.name), " wide" if len(sheet.columns) > WIDE else ""
    details = Details(sheet, index)
    yield f'<section class="sheet" id="t{index}" aria-labelledby="h{index}"><h2 id="h{index}">{name}</h2>\n'
    yield f'<div class="scroll{wide}" tabindex="0" role="region" aria-labelledby="h{index}">'
    yield f'<table role="table" aria-labelledby="h{index}" style="--n:{len(sheet.columns)}">\n<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">clause</th>'
    yield "".join(map(heading, sheet.columns)) + "</tr></thead>\n"
    for subject, lines in sheet.subjects():
        height = sum(1 + len(line.main) for line in lines) + 1
        yield f'<tbody role="rowgroup" style="--rows:{height}"><tr role="row" class="subject"><th role="rowheader" scope="rowgroup" colspan="{len(sheet.columns) + 1}">{escape(subject)}</th></tr>\n'
        for line in lines:
            yield from row(line, sheet, details, index)
        yield "</tbody>\n"
    yield "</table></div>\n"
    yield from footnotes(sheet, index)
    yield from details.written()
    yield "</section>\n"


def heading(column: Column) -> str:
    """A column's head: versions, what stands beside them, and how many they are."""
    count = len(column.versions)
    small = [part for part in (column.companion, column.place, f"{count} versions" if count > 1 else "") if part]
    below = "".join(f"<small>{escape(part)}</small>" for part in small)
    return f'<th role="columnheader" scope="col">{escape(column.heading)}{below}</th>'


def row(line: Line, sheet: Sheet, details: "Details", index: int) -> Iterator[str]:
    """A clause's row, and a row for each observation that differs between versions."""
    statement = f"<small>{escape(line.row.statement)}</small>" if line.row.statement else ""
    cells = "".join(shown(span, sheet, details, line, index) for span in line.cells)
    flags = f' data-flags="{line.flags}"' if line.flags else ""
    yield f'<tr role="row" data-phase="{escape(line.row.phase)}"{flags}><th role="rowheader" scope="row"><code>{breakable(line.row.clause)}</code>{statement}</th>{cells}</tr>\n'
    for fact in line.main:
        yield observation(fact, index)
    more = len(line.facts) - len(line.main)
    if more:
        yield f'<tr role="row" class="observed"><th role="rowheader" scope="row">{more} more</th><td role="cell" colspan="{len(sheet.columns)}"><span>differ too; the cells lead to them</span></td></tr>\n'


def breakable(name: str) -> str:
    """A name that may be broken where it has a mark."""
    return escape(name).replace("_", "_<wbr>").replace(".", ".<wbr>")


def shown(span: Span, sheet: Sheet, details: "Details", line: Line, index: int) -> str:
    """A cell: the verdict as a text that leads to what was observed, and the numbers of its notes."""
    outcome = sheet.outcome(span)
    text, wide = cell(outcome), f' colspan="{span.width}"' if span.width > 1 else ""
    start = f'<td role="cell" class="{CLASSES[outcome.verdict if outcome else "–"]}"{wide}>'
    if outcome is None or not outcome.says:
        return f"{start}<span>{text}</span></td>"
    details.add(span, line)
    marks = sheet.notes.marks(outcome)
    sup = f' <sup><a href="#n{index}-{marks[0]}" aria-label="note {compact(marks)}">{compact(marks)}</a></sup>' if marks else ""
    return f'{start}<span><a href="#d{index}-{span.number}">{text}</a>{sup}</span></td>'


def observation(fact: Fact, index: int) -> str:
    cells = []
    for span, text in fact.cells:
        wide = f' colspan="{span.width}"' if span.width > 1 else ""
        inside = f'<a href="#d{index}-{span.number}">{escape(short(text))}</a>' if text is not None else "–"
        cells.append(f'<td role="cell"{wide}><span>{inside}</span></td>')
    return f'<tr role="row" class="observed"><th role="rowheader" scope="row">{escape(fact.name)}</th>{"".join(cells)}</tr>\n'


def short(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split()) or "(empty)"
    return line if len(line) <= SHOWN else line[:SHOWN - 1] + "…"


# -- below a table ------------------------------------------------------------------------------------

def footnotes(sheet: Sheet, index: int) -> Iterator[str]:
    """The notes of the cells, with links to the tracker."""
    if sheet.notes.numbers:
        yield f'<h3 id="notes{index}">Notes</h3><ol class="notes" aria-labelledby="notes{index}">\n'
        for note, number in sheet.notes.numbers.items():
            yield f'<li id="n{index}-{number}">{noted(note)}</li>\n'
        yield "</ol>\n"


def noted(note: object) -> str:
    """A deviation with its link; an address that is none is told as text."""
    if not isinstance(note, Note):
        return f"undeclared: {escape(short(str(note)))}"
    leads = note.url.startswith(("https://", "http://"))
    source = f'<a href="{escape(note.url)}">{escape(tracker(note.url))}</a>' if leads else f"<span>{escape(note.url)}</span>"
    return f"{escape(note.kind)}: {escape(note.reason)} {source}"


def tracker(url: str) -> str:
    """``pytorch/pytorch#123`` for an issue's address, else the address without its scheme."""
    text = url.partition("://")[2].rstrip("/")
    parts = text.split("/")
    if len(parts) == 5 and parts[0] == "github.com" and parts[3] in ("issues", "pull") and parts[4].isdigit():
        return f"{parts[1]}/{parts[2]}#{parts[4]}"
    return text if len(text) <= 60 else text[:59] + "…"


class Details:
    """What the outcomes of a table's cells observed, each once, with the first cell that has it."""

    def __init__(self, sheet: Sheet, index: int):
        self.sheet, self.index = sheet, index
        self.places: Dict[int, Tuple[str, int]] = {}

    def add(self, span: Span, line: Line) -> None:
        where, count = self.places.get(span.number, ("", 0))
        self.places[span.number] = (where or f"{line.row.subject} {line.row.clause}, {titled(self.sheet.columns, span)}", count + 1)

    def written(self) -> Iterator[str]:
        if self.places:
            yield f'<noscript class="details"><h3>What the cells observed, {escape(self.sheet.table.name)}</h3>\n'
            for number, (where, count) in self.places.items():
                also = f" and {count - 1} more" if count > 1 else ""
                yield f'<article id="d{self.index}-{number}"><h4>{escape(where)}{also}</h4>{told(self.sheet.outcomes[number])}</article>\n'
            yield "</noscript>\n"


def told(outcome: Outcome) -> str:
    """An outcome in full."""
    parts: List[str] = [f'<p class="{CLASSES[outcome.verdict]}"><span>{cell(outcome)}</span></p>']
    parts += [f"<pre>{escape(outcome.message)}</pre>"] if outcome.message else []
    parts += [f"<ul>{''.join(f'<li>{noted(note)}</li>' for note in outcome.notes)}</ul>"] if outcome.notes else []
    facts = "".join(f"<dt>{escape(name)}</dt><dd><pre>{escape(text) or '(empty)'}</pre></dd>" for name, text in outcome.observations.items())
    return "".join([*parts, f"<dl>{facts}</dl>" if facts else ""])
