"""A progress bar with counts and time left: rich's where it is installed and somebody watches, else now and then a line."""

from __future__ import annotations

import time
from typing import Any, Dict, Mapping, TextIO


class Progress:
    """Used as a context manager."""

    def __init__(self, total: int, stream: TextIO):
        self.total, self.stream, self.done = total, stream, 0
        self.counts: Dict[str, int] = {}
        self.started = self.told = time.monotonic()
        self.bar: Any = None

    def __enter__(self) -> "Progress":
        if self.stream.isatty():
            self.bar = _bar(self.stream)
        if self.bar is not None:
            self.bar.start()
            self.task = self.bar.add_task("grading", total=self.total, counts="")
        return self

    def __exit__(self, *error: Any) -> None:
        if self.bar is not None:
            self.bar.stop()

    def advance(self, result: Mapping[str, Any]) -> None:
        """Count one more."""
        self.done += 1
        status = str(result["status"])
        self.counts[status] = self.counts.get(status, 0) + 1
        if self.bar is not None:
            self.bar.update(self.task, advance=1, counts=self.tally())
        elif self.done == self.total or time.monotonic() - self.told > 10:
            self.told = time.monotonic()
            left = (self.told - self.started) / self.done * (self.total - self.done)
            self.stream.write(f"{self.done} of {self.total} ({self.tally()}), {left:.0f} s left\n")
            self.stream.flush()

    def tally(self) -> str:
        return ", ".join(f"{count} {status}" for status, count in sorted(self.counts.items(), key=lambda pair: -pair[1]))


def _bar(stream: TextIO) -> Any:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar
    except ImportError:
        return None
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[counts]}"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    return Bar(*columns, console=Console(file=stream))
