"""Executes an answer: a file at once, a notebook cell by cell, as a notebook goes on after a cell that failed."""

from __future__ import annotations

import builtins as _builtins
import linecache
import sys
import types
from typing import Any, Dict, List, Optional

from .faults import Faults, guarded

CELL = "#\f cell "
"""Begins the line above each cell, with the cell's number; no file has it, since reading one takes form feeds out."""

_compile, _exec = compile, exec
_modules = sys.modules
_known = linecache.cache


def load(source: str, label: str, namespace: types.ModuleType, faults: Faults) -> Dict[str, Any]:
    """Execute the source in the namespace. A file that raises is an ``error``, as is a notebook that defines nothing of what is asked for."""
    parts = cells(source)
    # TensorFlow's AutoGraph and others read the source of functions; the file itself is out of reach.
    namespace.__loader__ = Sourced(source)
    _known[label] = (len(source), None, source.splitlines(True), label)
    told = [executed(part, label, namespace, faults) for part in parts]
    if not source.startswith(CELL):
        return {"error": told[0]} if told[0] else {}
    # A notebook's order need not be the order it was run in: a name may be defined further down.
    for place, error in enumerate(told):
        if error and error["type"] == "NameError":
            told[place] = executed(parts[place], label, namespace, faults)
    failed = [error for error in told if error]
    defined = any(name in namespace.__dict__ for name in ("ex1", "ex2", "ex3"))
    return {"failed": failed[:20]} if defined or not failed else {"error": failed[0]}


def executed(part: str, label: str, namespace: types.ModuleType, faults: Faults) -> Optional[Dict[str, Any]]:
    return guarded(faults, lambda: _exec(_compile(part, label, "exec", 0, True), namespace.__dict__))[1]


def cells(source: str) -> List[str]:
    """The cells, each on the lines that it has in the source; a file is a single one."""
    lines = source.split("\n")
    starts = [place for place, line in enumerate(lines) if line.startswith(CELL)]
    if not starts:
        return [source]
    ends = [*starts[1:], len(lines)]
    return ["\n" * start + "\n".join(lines[start:end]) for start, end in zip(starts, ends)]


class Sourced:
    """Gives the source to those who ask the module's loader for it."""

    def __init__(self, source: str):
        self.source = source

    def get_source(self, name: str) -> str:
        return self.source


def fresh(name: str = "answers") -> types.ModuleType:
    """An empty module that pickling and dataclasses find under its name, with what IPython would give a notebook."""
    module = types.ModuleType(name)
    # Else it would get those of this module, which the grader has for itself.
    module.__dict__["__builtins__"] = _builtins
    shell = Shell(module.__dict__)
    module.__dict__.update(get_ipython=lambda: shell, display=lambda *args, **kwargs: None)
    _modules[name] = module
    return module


class Shell:
    """Stands for IPython's shell in notebooks: ``%time`` executes what it times, other magics and shell lines do nothing."""

    def __init__(self, namespace: Dict[str, Any]):
        self.namespace = namespace

    def run_line_magic(self, name: str, line: str, *args: Any) -> None:
        if name == "time":
            _exec(line, self.namespace)

    def run_cell_magic(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing, as the others below."""

    system = set_next_input = run_cell_magic

    def getoutput(self, *args: Any, **kwargs: Any) -> list:
        return []
