"""The inputs of a subject: any nest of tuples, lists, dicts, named tuples and dataclasses, with arrays at some leaves.

What is no container and no array (a number, ``None``, a graph, a sparse tensor) is a leaf that is handed on as
it is. A nest is made once under the seed and copied for every pass, so that a pass may write into its input.
"""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, Tuple

import numpy as np

Path = Tuple[Any, ...]


@dataclass(frozen=True)
class Axis:
    """An axis of the input on which a parameter's shape depends; several places where sizes hang together.

    ``size`` is the example's, ``other`` one that a fresh model takes too.
    """

    places: Tuple[Tuple[Path, int], ...]
    size: int
    other: int

    def __str__(self) -> str:
        return " and ".join(f"axis {axis} of {spelled(path)}" for path, axis in self.places)


@dataclass(frozen=True)
class Given:
    """A "width" that is an input of the author's own, from ``wrong_inputs=`` or ``other_inputs=``."""

    label: str
    make: Callable[[], Any] = dataclasses.field(compare=False)

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Resized:
    """A "width" at another axis than the main one."""

    axis: Axis
    size: int

    def __str__(self) -> str:
        return f"{self.size} at {self.axis}"


def walk(nest: Any, path: Path = ()) -> Iterator[Tuple[Path, Any]]:
    """``(path, leaf)`` in order."""
    inner = children(nest)
    if inner is None:
        yield path, nest
        return
    for key, value in inner:
        yield from walk(value, (*path, key))


def children(nest: Any) -> Optional[Sequence[Tuple[Any, Any]]]:
    """``(key, value)`` of a container, ``None`` for a leaf."""
    if isinstance(nest, Mapping):
        return list(nest.items())
    if isinstance(nest, (tuple, list)):
        return list(enumerate(nest))
    if dataclasses.is_dataclass(nest) and not isinstance(nest, type):
        return [(field.name, getattr(nest, field.name)) for field in dataclasses.fields(nest) if field.init]
    return None


def rebuilt(nest: Any, change: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """The same nest with ``change(path, leaf)`` at every leaf."""
    inner = children(nest)
    if inner is None:
        return change(path, nest)
    made = {key: rebuilt(value, change, (*path, key)) for key, value in inner}
    if isinstance(nest, Mapping):
        return made if type(nest) is dict else type(nest)(made)
    if isinstance(nest, tuple) and hasattr(nest, "_fields"):
        return type(nest)(*made.values())
    if isinstance(nest, (tuple, list)):
        return type(nest)(made.values())
    return dataclasses.replace(nest, **made)


def arguments(made: Any) -> Tuple[tuple, Mapping[str, Any]]:
    """``(args, kwargs)`` from what a maker returned: ``args``, ``(args, kwargs)`` or a single input."""
    if isinstance(made, tuple) and not hasattr(made, "_fields"):
        if len(made) == 2 and isinstance(made[0], tuple) and isinstance(made[1], dict):
            return made
        return made, {}
    return (made,), {}


def copied(leaf: Any) -> Any:
    """A copy of a leaf that is no array, itself where it cannot be copied."""
    try:
        return copy.deepcopy(leaf)
    except Exception:
        return leaf


def resized(array: np.ndarray, axis: int, size: int) -> np.ndarray:
    """The array with another size of an axis; what is added repeats what is there, so that bounds of ids hold."""
    return np.take(array, np.arange(size) % max(array.shape[axis], 1), axis=axis)


def spelled(path: Path) -> str:
    """``input 0``, ``input 1['mask']``, ``x=``: how a message names a leaf."""
    start = f"input {path[1]}" if path[0] == "args" else f"{path[1]}="
    return start + "".join(f"[{step!r}]" for step in path[2:])


def described(array: Any) -> str:
    """``float32 (32, 20)``, the type's name for what is no array."""
    return f"{getattr(array.dtype, '__name__', array.dtype)} {tuple(array.shape)}" if hasattr(array, "shape") and hasattr(array, "dtype") else type(array).__name__
