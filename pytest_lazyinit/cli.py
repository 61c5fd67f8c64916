"""The ``lazyinit`` command: ``summary`` puts the reports of several runs into one table, ``trace`` shows a first pass,
``matrix`` puts the reports of many versions into one page, ``exercises`` writes the chapter's exercises and ``grade`` grades answers."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import Any, List, Optional, Sequence

from .matrix import command as matrix_command
from .trace import command as trace_command
from .grading import command as grade_command, sheets_command
from .report import terminal
from .report.tables import failures
from .results import Report, ReportError, Result, read

CODES = {"green": 32, "yellow": 33, "red": 31, "bold": 1, "faint": 2}


class Screen:
    """The part of pytest's terminal reporter that a summary writes to; colours where there is a terminal."""

    def __init__(self, stream: Any):
        self.stream = stream
        self.colours = stream.isatty()

    def write(self, text: str, **markup: bool) -> None:
        codes = [str(CODES[name]) for name, on in markup.items() if on and name in CODES] if self.colours else []
        try:
            self.stream.write(f"\033[{';'.join(codes)}m{text}\033[0m" if codes else text)
            self.stream.flush()
        except BrokenPipeError:  # the reader, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())

    def write_line(self, text: str, **markup: bool) -> None:
        self.write(text, **markup)
        self.write("\n")

    def write_sep(self, mark: str, title: str) -> None:
        self.write_line(f" {title} ".center(shutil.get_terminal_size().columns, mark))


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command; the exit status is 0 when all is well, 1 when something is red, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="lazyinit", description="Lazy parameter initialization, checked as one contract.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verb = verbs.add_parser("summary", help="one table of the reports of several runs")
    verb.add_argument("reports", nargs="+", metavar="REPORT.json", help="what --lazyinit-report=….json wrote")
    verb.add_argument("-v", "--verbose", action="count", default=0, help="whole messages, and the deviations with their links")
    trace_command.add(verbs)
    matrix_command.add(verbs)
    sheets_command.add(verbs)
    grade_command.add(verbs)
    chosen = parser.parse_args(arguments)
    if chosen.verb == "trace":
        return trace_command.run(chosen, Screen(sys.stdout))
    if chosen.verb == "matrix":
        return matrix_command.run(chosen, Screen(sys.stdout))
    if chosen.verb == "exercises":
        return sheets_command.run(chosen, Screen(sys.stdout))
    if chosen.verb == "grade":
        return grade_command.run(chosen, Screen(sys.stdout))
    return summary(chosen.reports, chosen.verbose, Screen(sys.stdout))


def summary(paths: Sequence[str], verbosity: int, screen: Screen) -> int:
    """Write one table of several reports; what cannot be read is named and the rest still shown."""
    reports: List[Report] = []
    problems: List[str] = []
    for path in paths:
        try:
            reports.append(read(path))
        except ReportError as error:
            problems.append(str(error))
            continue
        problems += [f"{path}: {text}" for text in shortcomings(reports[-1])]
    merged = merge(reports)
    terminal.write(screen, merged, problems, verbosity)
    return 1 if problems or failures(merged.results) or not merged.results else 0


def shortcomings(report: Report) -> List[str]:
    """What is wrong with a run as a whole."""
    found = [str(text) for text in report.run.get("problems", ())]
    if report.interrupted:
        running = ", ".join(report.run.get("running", ())) or "nothing"
        found.append(f"the run did not come to its end; running was {running}")
    return found


def merge(reports: Sequence[Report]) -> Report:
    """The results of all, and planned and ran added up."""
    results: List[Result] = [result for report in reports for result in report.results]
    return Report(tuple(results), {name: sum(int(report.run.get(name, 0)) for report in reports) for name in ("planned", "ran")})


if __name__ == "__main__":
    sys.exit(main())
