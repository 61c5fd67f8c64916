"""A trace as text: how its shapes and numbers are spelled, and the terminal's tables."""

from __future__ import annotations

import shutil
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence

from ..trace import Event, Failure, Shape, Trace

GAP = "  "
WIDE = 1000  # without a terminal, and with no COLUMNS, a row is one line


# -- spelling -----------------------------------------------------------------------------------------

def spelled(shape: Shape, existed: bool = True) -> str:
    """``256 × ?``; ``?`` where nothing is known, ``absent`` where there is no parameter, ``scalar`` without axes."""
    if shape is None:
        return "?" if existed else "absent"
    return " × ".join("?" if axis is None else str(axis) for axis in shape) or "scalar"


def listed(shapes: Sequence[Shape]) -> str:
    """Several shapes; a dash for none."""
    return ", ".join(map(spelled, shapes)) or "–"


def number(value: Optional[float], form: str = ".3g") -> str:
    return "–" if value is None else format(value, form)


def named(layer: Optional[str], kind: Optional[str]) -> str:
    """``layer 0 (Dense)``; the model itself has no path."""
    return "the pass, outside any layer" if layer is None else f"layer {layer} ({kind})" if layer else f"the model ({kind})"


def title(trace: Trace) -> str:
    return (f"{trace.subject}, {trace.framework} {trace.version} on {trace.device}, "
            f"input {listed(trace.inputs)}, seed {trace.seed}")


def counted(count: int, word: str) -> str:
    """``1 layer``, ``1,024 layers``."""
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def summary(trace: Trace) -> str:
    """The totals in one sentence."""
    totals = trace.totals
    buffers = f" and {counted(totals['buffers'], 'buffer')}" if totals["buffers"] else ""
    there = totals["initialized_before"]
    before = f"; {there:,} {'was' if there == 1 else 'were'} initialized before" if there else ""
    calls = f"{counted(totals['layers'], 'layer')} in {counted(totals['calls'], 'call')}, {totals['milliseconds']:.1f} ms"
    return f"{counted(totals['parameters'], 'parameter')}{buffers}, {totals['values']:,} values, {totals['bytes']:,} bytes{before}; {calls}"


def disagreement(failure: Failure) -> str:
    """The two sizes of a failure in one sentence, empty where they cannot be told."""
    if failure.sizes is None:
        return ""
    who = f" that {failure.sizes.parameter} demands" if failure.sizes.parameter else ""
    return f"{failure.sizes.found} of the data against {failure.sizes.demanded}{who}"


# -- tables -------------------------------------------------------------------------------------------

class Cell(NamedTuple):
    """A cell's text, its colour and its side."""

    text: str
    markup: str = ""
    right: bool = False


Row = List[Cell]
HEADS = (["#", "parameter", "layer", "class", "before", "after"],
         ["dtype", "device", "bytes", "mean", "deviation", "at ms", "took ms"])
RIGHT = {"#", "bytes", "mean", "deviation", "at ms", "took ms"}


def cells(event: Event) -> Row:
    """All facts of one parameter."""
    known = "faint" if event.buffer else ""
    return [
        Cell(str(event.order), "faint", True), Cell(event.parameter + (" (buffer)" if event.buffer else ""), known or "bold"),
        Cell(event.layer or "(model)", known), Cell(event.layer_class, known), Cell(spelled(event.before, event.existed), "yellow"),
        Cell(spelled(event.after), "green"), Cell(event.dtype or "–", known), Cell(event.device or "–", known),
        Cell("–" if event.bytes is None else f"{event.bytes:,}", known, True), Cell(number(event.mean), known, True),
        Cell(number(event.deviation), known, True), Cell(number(event.milliseconds, ".2f"), known, True),
        Cell(number(event.initialization, ".2f"), known, True),
    ]


def head() -> Row:
    return [Cell(name, "faint", name in RIGHT) for name in HEADS[0] + HEADS[1]]


def fitted(rows: Sequence[Row], width: int) -> List[int]:
    """Widths of the columns; where all do not fit, the widest ones are cut."""
    widths = [max(len(row[index].text) for row in rows) for index in range(len(rows[0]))]
    while sum(widths) + len(GAP) * (len(widths) - 1) > width and max(widths) > 3:
        widths[widths.index(max(widths))] -= 1
    return widths


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[:width - 1] + "…"


def folded(rows: Sequence[Row], width: int) -> Iterator[Row]:
    """Each row on one line where that fits, else on two, the second one indented."""
    at = len(HEADS[0])
    if sum(fitted(rows, WIDE)) + len(GAP) * (len(rows[0]) - 1) <= width:
        yield from padded(rows, width)
        return
    indent = max(len(row[0].text) for row in rows)
    first, second = padded([row[:at] for row in rows], width), padded([[Cell(" " * indent), *row[at:]] for row in rows], width)
    for one, other in zip(first, second):
        yield one
        yield other


def padded(rows: Sequence[Row], width: int) -> List[Row]:
    widths = fitted(rows, width)
    return [[Cell(side(cut(cell.text, size), size, cell.right), cell.markup) for cell, size in zip(row, widths)] for row in rows]


def side(text: str, size: int, right: bool) -> str:
    return text.rjust(size) if right else text.ljust(size)


# -- writing ------------------------------------------------------------------------------------------

def write(screen: Any, trace: Trace) -> None:
    """The whole trace on a screen (``cli.Screen``)."""
    width = shutil.get_terminal_size((80 if screen.colours else WIDE, 24)).columns
    screen.write_line(cut(f"lazyinit trace: {title(trace)}", width), bold=True)
    if trace.events:
        screen.write_line("")
        table(screen, folded([head(), *map(cells, trace.events)], width))
    screen.write_line("")
    paragraph(screen, f"Initialized: {summary(trace)}.", width, green=not trace.failure)
    before(screen, trace, width)
    waiting(screen, trace, width)
    if trace.failure:
        failed(screen, trace.failure, width)


def table(screen: Any, rows: Any) -> None:
    for row in rows:
        last = max((index for index, cell in enumerate(row) if cell.text.strip()), default=0)
        for index, cell in enumerate(row[:last + 1]):
            text = cell.text.rstrip() if index == last else cell.text
            screen.write(text, **({cell.markup: True} if cell.markup else {}))
            screen.write(GAP if index < last else "\n")


def paragraph(screen: Any, text: str, width: int, indent: str = "", **markup: bool) -> None:
    """Text broken at spaces."""
    import textwrap
    for line in textwrap.wrap(text, max(width, 20), initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False):
        screen.write_line(line, **markup)


def before(screen: Any, trace: Trace, width: int) -> None:
    if trace.initialized_before:
        found = ", ".join(f"{event.parameter} ({spelled(event.after)})" for event in trace.initialized_before)
        paragraph(screen, f"Initialized before the pass: {found}.", width)


def waiting(screen: Any, trace: Trace, width: int) -> None:
    """What is uninitialized and why; one line where nothing is."""
    if not trace.uninitialized:
        paragraph(screen, "Still uninitialized: nothing.", width)
        return
    screen.write_line("Still uninitialized:", yellow=True)
    for entry in trace.uninitialized:
        name = entry.parameter or f"all of {entry.layer}"
        shape = f" ({spelled(entry.shape)})" if entry.parameter else ""
        paragraph(screen, f"{name}{shape}: {entry.why}.", width, "  ")


def failed(screen: Any, failure: Failure, width: int) -> None:
    """Where it failed, the two sizes, and the chain of shapes."""
    screen.write_line("")
    paragraph(screen, f"The pass failed in {named(failure.layer, failure.layer_class)}: {failure.exception}: {failure.message}", width, red=True)
    if failure.sizes:
        paragraph(screen, f"Sizes that disagree: {disagreement(failure)}.", width, red=True)
    if failure.chain:
        screen.write_line("Shapes that led there:")
        rows = [[Cell(" "), Cell(step.layer or "(model)"), Cell(step.layer_class), Cell(listed(step.inputs)),
                 Cell(f"→ {listed(step.outputs)}" if step.outputs else "→ failed", "" if step.outputs else "red")] for step in failure.chain]
        table(screen, padded(rows, width))


