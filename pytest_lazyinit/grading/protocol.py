"""Bytes between the grader and a child: JSON lines with a size cap, never pickle.

A request is one line of JSON with ``op`` and a fresh ``id``. The answer is one line too: that id, a space, JSON. A line
that starts otherwise is not an answer: what a submission writes to every descriptor it finds cannot pass for one.
"""

from __future__ import annotations

import base64
import json
from types import CodeType
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, Tuple

LARGEST = 8 << 20  # bytes of one line
TEXT = 4000  # characters of an exception's text


class Malformed(ValueError):
    """Bytes that are not an answer."""


def array(reply: Any) -> Any:
    """The NumPy array that ``{"shape": …, "float32": …}`` stands for; Malformed if it does not stand for one."""
    import numpy
    try:
        shape = tuple(reply["shape"])
        if not all(type(size) is int and 0 <= size < 1 << 24 for size in shape) or len(shape) > 16:
            raise Malformed(f"no shape: {str(shape)[:100]}")
        return numpy.frombuffer(base64.b64decode(reply["float32"], validate=True), dtype="<f4").reshape(shape)
    except Malformed:
        raise
    except (TypeError, KeyError, ValueError) as error:
        raise Malformed(f"no array: {error}") from None


def request(identifier: str, op: str, arguments: Mapping[str, Any]) -> bytes:
    return json.dumps({"id": identifier, "op": op, **arguments}).encode() + b"\n"


def reply(identifier: str, line: bytes) -> Dict[str, Any]:
    """What a child answered to the request of that identifier."""
    start, _, rest = line.partition(b" ")
    if start != identifier.encode():
        raise Malformed("what came is not an answer")
    try:
        found = json.loads(rest.decode("utf-8"), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the answer is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise Malformed("the answer is not an object")
    return found


def _integer(digits: str) -> int:
    # Python before 3.11 takes quadratic time for a long one.
    if len(digits) > 40:
        raise ValueError("an integer of more than 40 digits")
    return int(digits)


def encoder() -> Callable[[Any], str]:
    """A function from plain values to JSON that no later change of the json module reaches."""
    try:
        from _json import encode_basestring_ascii, make_encoder
    except ImportError:  # not CPython
        return json.JSONEncoder().encode

    def refuse(value: Any) -> None:
        raise TypeError(f"an answer of type {type(value).__name__} is no JSON")

    encode, join = make_encoder({}, refuse, encode_basestring_ascii, None, ": ", ", ", False, False, True), "".join
    return lambda value: join(encode(value, 0))


def decoder() -> Callable[[str], Any]:
    """A function from JSON to plain values that no later change of the json module reaches."""
    decode: Any = json.JSONDecoder()
    scan = decode.scan_once  # the scanner in C holds what it needs
    return lambda text: scan(text, 0)[0]


class Codes:
    """Which code is the framework's own: a file name alone proves nothing, as any code can be compiled with any name."""

    def __init__(self, package_folders: Tuple[str, ...], own_folder: str):
        self.folders, self.own = package_folders, own_folder
        self.known: FrozenSet[CodeType] = frozenset(_all_code(package_folders))


def _all_code(folders: Tuple[str, ...]) -> List[CodeType]:
    """The code of every function that lives, and of the functions inside those."""
    import gc
    from types import FunctionType
    waiting = [thing.__code__ for thing in gc.get_objects() if type(thing) is FunctionType]
    found: Dict[CodeType, None] = {}
    while waiting:
        code = waiting.pop()
        if code not in found and code.co_filename.startswith(folders):
            found[code] = None
            waiting += [constant for constant in code.co_consts if type(constant) is CodeType]
    return list(found)


def describe(error: BaseException) -> Dict[str, Any]:
    """An exception that came out of an op, as plain values; its text is asked for, which may run a student's ``__str__``."""
    kind = type(error)
    try:
        text = str(error)
        text = text[:TEXT] if type(text) is str else ""
    except BaseException:  # noqa: B036 – whatever a student's __str__ does
        text = ""
    return {"type": str(type.__getattribute__(kind, "__name__")), "module": str(type.__getattribute__(kind, "__module__")), "text": text, "frames": []}
