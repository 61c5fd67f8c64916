"""Whether the functions that answer are still those that the grader made.

Student's code shares a process with them, and the garbage collector hands out every object there is. So before a submission is
executed a seal is taken of the grader's functions, their code, defaults and closures, of the names in its modules and classes,
and of what its objects must not shadow; and before an answer leaves it is compared, by identity alone, as equality may be the student's.
A seal does not make forgery impossible: the framework below the answers can be replaced too.
"""

from __future__ import annotations

import builtins
import gc
import os
import sys
from types import FunctionType, ModuleType
from typing import Any, Dict, Iterable, Mapping, NamedTuple, Tuple

OWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
STEADY: Tuple[type, ...] = (FunctionType, type, ModuleType, type(len), type(os.fspath), type({}.get))
MISSING = object()


class Seal(NamedTuple):
    """Tuples all through, which cannot be changed afterwards."""

    functions: Tuple[Tuple[Any, Any, Any, Any], ...]  # function, code, defaults, keyword defaults
    cells: Tuple[Tuple[Any, Any], ...]  # cell, what is in it
    names: Tuple[Tuple[Any, str, Any], ...]  # look-up in a namespace, name, what it is to give
    missing: Any = MISSING


def taken(ops: Mapping[str, Any], *functions: Any) -> Seal:
    """The seal of all of the grader's that lives now, these and what they call included."""
    things = gc.get_objects()
    own = [thing for thing in things if type(thing) is FunctionType and thing.__code__.co_filename.startswith(OWN)]
    own += [function for function in functions if type(function) is FunctionType and function not in own]
    classes = [thing for thing in things if issubclass(type(thing), type) and _ours(thing)]
    modules = [module for name, module in sys.modules.items() if _named(name)]
    spaces = [vars(module) for module in modules] + [cls.__dict__ for cls in classes]
    cells = [cell for function in own for cell in function.__closure__ or ()]
    names = [*_steady(spaces), *((ops.get, name, value) for name, value in ops.items()), *_shadows(things, classes)]
    return Seal(tuple((one, one.__code__, one.__defaults__, one.__kwdefaults__) for one in own),
                tuple((cell, cell.cell_contents) for cell in cells if _filled(cell)), tuple(names))


def broken(seal: Seal) -> bool:
    """Whether anything is another than it was. Uses no name of builtins or of this module: those may be another by now."""
    for function, code, defaults, keywords in seal.functions:
        if function.__code__ is not code or function.__defaults__ is not defaults or function.__kwdefaults__ is not keywords:
            return True
    for cell, contents in seal.cells:
        if cell.cell_contents is not contents:
            return True
    for look, name, value in seal.names:
        if look(name, seal.missing) is not value:
            return True
    return False


def _named(name: str) -> bool:
    package = __name__.rpartition(".")[0]
    return name == package or name.startswith(f"{package}.")


def _ours(cls: type) -> bool:
    try:
        return _named(str(type.__dict__["__module__"].__get__(cls)))  # type: ignore[attr-defined]
    except AttributeError:  # a class of compiled code may have none
        return False


def _steady(spaces: Iterable[Mapping[str, Any]]) -> Iterable[Tuple[Any, str, Any]]:
    """Functions, classes and modules; what else stands there may change as questions are answered."""
    private: Dict[int, Dict[str, Any]] = {}
    for space in spaces:
        for name, value in list(space.items()):
            if issubclass(type(value), STEADY):  # a proxy says of itself what it likes
                yield space.get, name, value
            elif name == "__builtins__" and type(value) is dict and value is not vars(builtins):  # those of all others are the student's to change
                private[id(value)] = value
    for copy in private.values():
        yield from ((copy.get, name, value) for name, value in list(copy.items()))


def _shadows(things: Iterable[Any], classes: Iterable[type]) -> Iterable[Tuple[Any, str, Any]]:
    """An object's own attribute would be found before its class's method."""
    methods = {cls: [name for one in cls.__mro__ if _ours(one) for name, value in one.__dict__.items() if type(value) is FunctionType] for cls in classes}
    for thing in things:
        if type(thing) in methods and type(getattr(thing, "__dict__", None)) is dict:
            space = thing.__dict__
            yield from ((space.get, name, MISSING) for name in methods[type(thing)] if name not in space)


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents
    except ValueError:
        return False
    return True
