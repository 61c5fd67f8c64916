"""Plain data for the parent: arrays, claims, and why something cannot be graded."""

from __future__ import annotations

import base64
from typing import Any, Dict

import numpy

LARGEST = 1 << 18
"""Numbers in an array that goes to the parent."""

_encode, _decode = base64.b64encode, base64.b64decode
_frombuffer, _asarray, _contiguous = numpy.frombuffer, numpy.asarray, numpy.ascontiguousarray
_float32 = numpy.dtype("<f4")


class Unfit(Exception):
    """What an answer returned cannot be graded; one sentence that says why."""


def unpacked(data: Dict[str, Any]) -> numpy.ndarray:
    """The array that the parent sent."""
    return _frombuffer(_decode(data["float32"]), _float32).reshape(data["shape"]).copy()


def packed(array: Any) -> Dict[str, Any]:
    """An array as the parent reads it."""
    array = _asarray(array)
    if array.dtype.kind not in "fiub":
        raise Unfit(f"the output holds {array.dtype} values instead of real numbers")
    if array.size > LARGEST:
        raise Unfit(f"the output holds {array.size} numbers; at most {LARGEST} are read")
    data = _contiguous(array, dtype=_float32)
    return {"shape": [int(size) for size in array.shape], "float32": _encode(data.tobytes()).decode("ascii"), "kind": array.dtype.kind}


def plain(value: Any, depth: int = 3) -> Any:
    """A claim or a width as plain data; what is of no plain type becomes a word for its type, whatever it pretends to be."""
    kind = type(value)
    if value is None or kind in (bool, int, float):
        return value if kind is not int or abs(value) < 1 << 53 else {"type": "int"}
    if kind is str:
        return value[:200]
    if kind is dict and depth and len(value) <= 20:
        return {"items": [[plain(key, depth - 1), plain(item, depth - 1)] for key, item in list(value.items())]}
    return {"type": str(type.__dict__["__name__"].__get__(kind))[:80]}
