"""``lazyinit matrix``: the reports of many environments as one page, and what a new version changed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Iterable, List, Sequence, Tuple

from . import changes, github, reading
from . import Matrix
from .changes import WORSE, Change, Failure
from ..report import matrix_markdown, matrix_page, matrix_terminal
from ..report.matrix import sheets
from ..trace.command import WrongCall, writable


def add(verbs: Any) -> None:
    """Add the verb to the command's parser."""
    verb = verbs.add_parser("matrix", help="the reports of many versions in one page, or what a new version changed")
    verb.add_argument("reports", nargs="*", metavar="REPORT.json", help="what --lazyinit-report=….json wrote, or folders that hold such")
    verb.add_argument("--diff", action="store_true", help="compare two reports, the old one and the new one; the exit status is 1 when something got worse")
    verb.add_argument("--html", metavar="FILE", help="write a page with a table for each framework and device")
    verb.add_argument("--markdown", metavar="FILE", help="write the same, or the comparison, as Markdown")


def run(chosen: argparse.Namespace, screen: Any) -> int:
    """The exit status is 0 when all is well; 1 for a failure, something worse, or a report that is wrong; 2 for a wrong call."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # an encoding without × or → must not end in a traceback
    try:
        for path in (chosen.html, chosen.markdown):
            writable(path)
        return compare(chosen, screen) if chosen.diff else merge(chosen, screen)
    except WrongCall as reason:
        print(f"lazyinit matrix: {reason}", file=sys.stderr)
        return 2


def merge(chosen: argparse.Namespace, screen: Any) -> int:
    """All reports as one matrix."""
    found = reading.matrix(chosen.reports)
    if chosen.html:
        write(chosen.html, matrix_page.page(found))
    if chosen.markdown:
        write(chosen.markdown, (f"{line}\n" for line in matrix_markdown.page(found)))
    matrix_terminal.write(screen, found)
    failed = [annotated(like) for sheet in sheets(found) for like in changes.alike(changes.failures(sheet.table, sheet.columns, sheet.outcomes))]
    announce(found.problems, failed, matrix_markdown.page(found))
    return 1 if found.problems or failed else 0


def compare(chosen: argparse.Namespace, screen: Any) -> int:
    """Two reports; which of them is the old one is said by their order."""
    if len(chosen.reports) != 2 or chosen.html:
        raise WrongCall("--diff takes two reports, the old one and then the new one, and writes Markdown only: lazyinit matrix --diff OLD.json NEW.json")
    old, new, problems = sides(*chosen.reports)
    found = changes.difference(old, new)
    title = f"What {Path(chosen.reports[1]).name} changed against {Path(chosen.reports[0]).name}"
    if chosen.markdown:
        write(chosen.markdown, (f"{line}\n" for line in matrix_markdown.difference(found, problems, title)))
    matrix_terminal.write_difference(screen, found, problems)
    worse = [change for change in found if change.kind in WORSE]
    announce(problems, list(map(annotation, worse)), matrix_markdown.difference(found, problems, title))
    return 1 if problems or worse else 0


def sides(old: str, new: str) -> Tuple[Matrix, Matrix, List[str]]:
    """The matrices of two reports, with outcomes in common, and what is wrong with either."""
    one = reading.matrix([old])
    other = reading.matrix([new], one.outcomes)
    problems = [*one.problems, *other.problems, *changes.ambiguous(one, old), *changes.ambiguous(other, new)]
    suites = {name: [source.path for source in (*one.sources, *other.sources) if source.suite == name] for name in {source.suite for source in (*one.sources, *other.sources)}}
    return one, other, list(dict.fromkeys([*problems, *reading.several(suites)]))


def annotated(like: Sequence[Failure]) -> Tuple[str, str]:
    first, also = like[0], f" and {len(like) - 1} more clauses" if len(like) > 1 else ""
    return f"{first.table} {first.versions}: {first.row.clause}{also}", f"{first.outcome.verdict} on {first.row.subject}: {first.outcome.message}"


def annotation(change: Change) -> Tuple[str, str]:
    why = f": {change.after.message}" if change.after else ""
    return f"{change.table} {change.new}: {change.row.clause or change.row.subject}", f"{change.row.subject}, {change.verdicts} since {change.old}{why}"


def announce(problems: Sequence[str], failed: Sequence[Tuple[str, str]], page: Iterable[str]) -> None:
    """Tell GitHub, where it listens."""
    if github.active():
        for line in github.errors([*(("reports", problem) for problem in problems), *failed]):
            print(line)
    github.summarize(page)


def write(path: str, pieces: Iterable[str]) -> None:
    """A page is written piece by piece, so that a large one never stands in memory as a whole."""
    try:
        with open(Path(path).expanduser(), "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(pieces)
    except OSError as error:
        raise WrongCall(f"{path} cannot be written: {error.strerror}") from error
