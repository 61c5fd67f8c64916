"""Executes an answer: a file at once, a notebook cell by cell, as a notebook goes on after a cell that failed."""

from __future__ import annotations

import sys
import types
from typing import Any, Dict, List, Optional

from .faults import Faults, guarded
from .own import copied_builtins

__builtins__ = copied_builtins()

CELL = "#\f cell"
"""The line above each cell; a form feed is in nobody's comment."""

_compile, _exec = compile, exec
_modules = sys.modules


def load(source: str, label: str, namespace: types.ModuleType, faults: Faults) -> Dict[str, Any]:
    """Execute the source in the namespace; what failed is told, with the lines of the source."""
    parts = cells(source)
    failed: List[int] = []
    told: List[Dict[str, Any]] = []
    for place, part in enumerate(parts):
        error = executed(part, label, namespace, faults)
        if error is not None:
            failed.append(place)
            told.append(error)
    if len(parts) == 1:
        return {"error": told[0]} if told else {}
    return {"failed": [error for error in map(lambda place: executed(parts[place], label, namespace, faults), late(failed, told)) if error]
            + [error for error in told if error["type"] != "NameError"]}


def late(failed: List[int], told: List[Dict[str, Any]]) -> List[int]:
    """Cells that missed a name, which a later cell may have defined: a notebook's order is not the order it was run in."""
    return [place for place, error in zip(failed, told) if error["type"] == "NameError"]


def executed(part: str, label: str, namespace: types.ModuleType, faults: Faults) -> Optional[Dict[str, Any]]:
    return guarded(faults, lambda: _exec(_compile(part, label, "exec", 0, True), namespace.__dict__))[1]


def cells(source: str) -> List[str]:
    """The cells, each on the lines that it has in the source; a file is a single one."""
    lines = source.split("\n")
    starts = [place for place, line in enumerate(lines) if line == CELL]
    if not starts:
        return [source]
    ends = [*starts[1:], len(lines)]
    return ["\n" * start + "\n".join(lines[start:end]) for start, end in zip(starts, ends)]


def fresh(name: str = "answers") -> types.ModuleType:
    """An empty module that pickling and dataclasses find under its name, with what IPython would give a notebook."""
    module = types.ModuleType(name)
    module.__dict__.update(get_ipython=lambda: Shell(), display=lambda *args, **kwargs: None)
    _modules[name] = module
    return module


class Shell:
    """Stands for IPython's shell in notebooks: magics and shell lines do nothing."""

    def run_line_magic(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing, as all the others."""

    run_cell_magic = system = set_next_input = run_line_magic

    def getoutput(self, *args: Any, **kwargs: Any) -> list:
        return []
