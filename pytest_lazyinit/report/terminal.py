"""The terminal's summary: phases against frameworks, then what failed and why something is n/a."""

from __future__ import annotations

import shutil
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from ..results import Report, Result
from .tables import columns, counts, declared, failures, parts, phases, reasons, totals

COLOURS: Dict[str, Dict[str, bool]] = {
    "ok": {"green": True}, "deviation": {"yellow": True}, "n/a": {"yellow": True}, "not run": {"red": True},
    "FAIL": {"red": True, "bold": True}, "error": {"red": True, "bold": True},
}
GAP = 2
NARROW = 10  # a column never gets narrower than this; then the table goes on below


def write(terminal: Any, report: Report, problems: Sequence[str], verbosity: int) -> None:
    """Write the summary to pytest's terminal reporter."""
    width = shutil.get_terminal_size().columns
    if verbosity >= 0:
        terminal.write_sep("=", "lazy initialization")
        if report.results:
            write_table(terminal, report, width)
            write_lists(terminal, report.results, width, verbosity)
    if report.results and verbosity >= -1:
        terminal.write_line(("" if verbosity >= 0 else "lazyinit: ") + totals(report))
    for problem in problems:
        terminal.write_line(f"lazyinit: {problem}", red=True, bold=True)


def write_table(terminal: Any, report: Report, width: int) -> None:
    """The table; with many columns for the width it is written in several parts."""
    heads, names = columns(report.results), phases(report.results)
    first = max(map(len, [*names, "phase"])) + GAP
    fitting = max(1, (width - first) // (NARROW + GAP))
    places = list(heads)
    for start in range(0, len(places), fitting):
        _write_part(terminal, report, {place: heads[place] for place in places[start:start + fitting]}, names, first, width)
        terminal.write_line("")


def _write_part(terminal: Any, report: Report, heads: Mapping[Tuple[str, str], str], names: Sequence[str], first: int, width: int) -> None:
    found, size = counts(report.results), min((width - first) // len(heads), 30)
    terminal.write_line("phase".ljust(first) + "".join(head[:size - GAP].ljust(size) for head in heads.values()).rstrip(), bold=True)
    for name in names:
        cells = [broken(parts(found.get((name, place), {})), size - GAP) for place in heads]
        for number in range(max(map(len, cells))):
            terminal.write(("" if number else name).ljust(first))
            row = [lines[number] if number < len(lines) else [] for lines in cells]
            while not row[-1]:
                row.pop()  # no blanks at the line's end
            for line in row[:-1]:
                _write_cell(terminal, line, size)
            _write_cell(terminal, row[-1], 0)
            terminal.write("\n")


def broken(cell: Sequence[Tuple[str, str]], size: int) -> List[List[Tuple[str, str]]]:
    """A cell's parts on as many lines as the size needs."""
    if not cell:
        return [[("–", "")]]
    lines: List[List[Tuple[str, str]]] = [[]]
    for number, (text, verdict) in enumerate(cell):
        text += "," if number + 1 < len(cell) else ""
        if lines[-1] and sum(len(other) + 1 for other, _ in lines[-1]) + len(text) > size:
            lines.append([])
        lines[-1].append((text, verdict))
    return lines


def _write_cell(terminal: Any, line: Sequence[Tuple[str, str]], size: int) -> None:
    for number, (text, verdict) in enumerate(line):
        terminal.write(" " if number else "")
        terminal.write(text, **COLOURS.get(verdict, {}))
    terminal.write(" " * (size - len(" ".join(text for text, _ in line))))


def write_lists(terminal: Any, results: Sequence[Result], width: int, verbosity: int) -> None:
    """Failures, reasons, and at ``-v`` the deviations; a line each, all of the text at ``-v``."""
    for result in failures(results):
        line = f"{result.verdict} {result.framework or 'unknown'} {result.device} {result.subject} {result.clause}: {result.message}"
        terminal.write_line(fitted(line, width, verbosity), **COLOURS[result.verdict])
    for verdict in ("not run", "n/a"):
        for count, framework, reason in reasons(results, verdict):
            terminal.write_line(fitted(f"{count} {verdict} {framework}: {reason}", width, verbosity))
    if verbosity > 0:
        for line in deviation_lines(results):
            terminal.write_line(line)


def deviation_lines(results: Sequence[Result]) -> Iterator[str]:
    for entry, met in declared(results):
        clauses = ", ".join(dict.fromkeys(result.clause for result in met))
        yield f"{len(met)} dev {met[0].framework or 'unknown'} {entry['entry']} ({entry['kind']}) {clauses}: {entry['reason']} {entry['url']}"


def fitted(text: str, width: int, verbosity: int) -> str:
    """The text on one line of the width, or all of it at ``-v``."""
    if verbosity > 0:
        return text.replace("\n", "\n    ")
    line = " ".join(text.split())
    return line if len(line) <= width else line[:width - 1] + "…"
