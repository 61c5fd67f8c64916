"""What GitHub Actions shows of a run: annotations on the job, and its summary."""

from __future__ import annotations

import os
from typing import Iterable, List, Sequence, Tuple

SHOWN = 10
"""Annotations of one kind that GitHub shows of a step."""

SPACE = 1024 * 1024
"""Bytes that a step's summary may have; a longer one is dropped as a whole."""


def active() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def errors(found: Sequence[Tuple[str, str]]) -> List[str]:
    """A command a title and text; where they are more than are shown the last says how many."""
    shown = list(found) if len(found) <= SHOWN else [*found[:SHOWN - 1], ("and more", f"{len(found) - SHOWN + 1} more stand in the job's summary")]
    return [f"::error title={escaped_property(title)}::{escaped(text)}" for title, text in shown]


def escaped(text: str) -> str:
    """A command ends at the line's end."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    return escaped(text).replace(":", "%3A").replace(",", "%2C")


def summarize(lines: Iterable[str]) -> None:
    """Append a page to the summary of the job, where there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as summary:
            summary.writelines(f"{line}\n" for line in fitted(lines, SPACE - summary.tell() - 1000))


def fitted(lines: Iterable[str], space: int) -> Iterable[str]:
    """Whole lines as long as there is space, and how many more there are."""
    left_out = 0
    for line in lines:
        space -= len(line.encode("utf-8", "replace")) + 1
        if space < 0:
            left_out += 1
        else:
            yield line
    if left_out:
        yield from ["", f"{left_out:,} more lines stand in the file of `--markdown`."]
