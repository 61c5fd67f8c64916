"""What an exception says as raw facts: its class, its text, whose frames it went through, and whether an answer raised it by hand."""

from __future__ import annotations

import opcode
import os
from types import CodeType
from typing import Any, Callable, Dict, List, Sequence

from ..protocol import Codes
RAISE = opcode.opmap["RAISE_VARARGS"]
OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
TEXT, FRAMES = 1500, 60

_name = type.__dict__["__name__"].__get__
_module = type.__dict__["__module__"].__get__
_mro = type.__dict__["__mro__"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__
_cause, _context = BaseException.__dict__["__cause__"].__get__, BaseException.__dict__["__context__"].__get__


class Faults:
    """Describes exceptions, given the folders that count as the framework's and the file name of the answer's code.

    Whose a frame is decides its code, which must be of a function that lived before the answer did: an answer
    may compile its own code under any file name.
    """

    def __init__(self, folders: Sequence[str]):
        self.folders = tuple(os.path.join(os.path.abspath(folder), "") for folder in folders)
        self.framework, self.ours = Codes(self.folders, OURS).known, Codes((OURS,), OURS).known
        self.label = ""
        self.native: List[BaseException] = []
        """Exceptions that a compiled function of the framework raised, where the framework tells; it leaves no frame."""

    def facts(self, error: BaseException) -> Dict[str, Any]:
        """The exception as the parent reads it; outermost frame first."""
        entries = self._entries(error)
        kind = type(error)
        return {
            "type": str(_name(kind)), "module": str(_module(kind)), "bases": [str(_name(base)) for base in _mro(kind)],
            "text": text(error), "frames": [[entry[0], entry[1]] for entry in entries][-FRAMES:],
            "origin": entries[-1][2] if entries else "",
            # What a framework raises in place of another exception is by hand if that was.
            "raised_by_hand": any(entry[3] for link in chain(error) for entry in self._entries(link)),
            "native": any(error is known for known in self.native), "line": _line(error, self.label),
        }

    def _entries(self, error: BaseException) -> List[tuple]:
        """``(kind, line, file inside its package, whether a raise statement)``; our own frames around a call are left out."""
        found, at = [], _traceback(error)
        while at is not None and len(found) < 2000:
            code = at.tb_frame.f_code
            kind = self.kind(code)
            by_hand = kind in ("student", "other") and raising(code.co_code, at.tb_lasti)
            found.append((kind, int(at.tb_lineno or 0), self._inside(code.co_filename), by_hand))
            at = at.tb_next
        while found and found[-1][0] == "grader":
            found.pop()
        return found

    def kind(self, code: CodeType) -> str:
        """Whose code it is."""
        if code in self.framework:
            return "framework"
        if code in self.ours:
            return "grader"
        return "student" if code.co_filename == self.label else "other"

    def _inside(self, path: str) -> str:
        for folder in self.folders:
            if path.startswith(folder):
                return os.path.basename(folder[:-1]) + "/" + path[len(folder):].replace(os.sep, "/")
        return ""


def chain(error: BaseException) -> List[BaseException]:
    """The exception and those that it was raised from or while handling."""
    found: List[BaseException] = []
    at: Any = error
    while at is not None and len(found) < 10 and not any(at is known for known in found):
        found.append(at)
        at = _cause(at) or _context(at)
    return found


def raising(code: bytes, at: int) -> bool:
    """Whether the instruction is ``raise`` or ``assert`` with an exception; a bare ``raise`` passes on what others raised."""
    return 0 <= at < len(code) - 1 and code[at] == RAISE and code[at + 1] > 0


def text(error: BaseException) -> str:
    try:
        found = str(error)
    except BaseException:
        return ""
    if type(found) is not str:
        return ""
    return found if len(found) <= TEXT else found[:TEXT // 3] + " … " + found[-TEXT // 2:]  # the reason stands at the end


def _line(error: BaseException, label: str) -> int:
    """The line of a syntax error, which lies in no frame."""
    if isinstance(error, SyntaxError) and error.filename == label and type(error.lineno) is int:
        return error.lineno
    return 0


def guarded(faults: Faults, function: Callable[..., Any], *arguments: Any) -> tuple:
    """``(value, None)``, or ``(None, facts)`` of whatever was raised, an exit included."""
    try:
        return function(*arguments), None
    except MemoryError:
        raise
    except BaseException as error:
        return None, faults.facts(error)
