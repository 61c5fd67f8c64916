"""Words for students: their own lines, what was expected in general, what was seen; nothing that was drawn and nothing of ours."""

from __future__ import annotations

import re
from typing import List, Tuple

from .answers.loading import CELL
from .facts import Fault

DEFINITION = r"^[ \t]*(?:(?:async[ \t]+)?(?:def|class)[ \t]+{name}\b|{name}[ \t]*(?::[^=\n]*)?=(?!=))"


class Where:
    """Places in an answer, by the lines of its source: a line of a file, or a line of a notebook's cell."""

    def __init__(self, source: str):
        self.source = source
        self._lines = source.split("\n")

    def at(self, line: int, text: str) -> str:
        """The text with the place in front; without one the text alone."""
        place = self.place(line)
        return f"{place}: {text}" if place else text

    def place(self, line: int) -> str:
        if not 0 < line <= max(1, len(self._lines)):
            return ""
        for above in range(line - 1, -1, -1):
            if above < len(self._lines) and self._lines[above].startswith(CELL):
                return f"cell {self._lines[above][len(CELL):].strip()}, line {line - above - 1}"
        return f"line {line}"

    def defines(self, name: str) -> int:
        """The line on which a name is defined last; 0 if none."""
        if not name:
            return 0
        found: List[int] = [match.start() for match in re.finditer(DEFINITION.format(name=name), self.source, re.MULTILINE)]
        return self.source.count("\n", 0, found[-1]) + 1 if found else 0


def raised(fault: Fault) -> str:
    """An exception by its class alone: its text may hold what was drawn."""
    return fault.type or "an exception"


def shown(text: str, most: int = 200) -> str:
    """A stranger's text on one line, without control characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= most else line[:most - 1] + "…"


def listed(names: Tuple[str, ...]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
