"""Linen: a Flax module and the variables that its user holds beside it, and how the two are read.

A linen module never changes; ``init`` gives the variables and the user keeps them. The other
frameworks keep both in one object, and so does this holder, in order that a clause need not know.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Callable, Iterator, Mapping, Optional, Tuple

import numpy as np

from .base import Batch


def init(module) -> Callable:
    """The function that initializes a module, as most users call it."""
    return module.init


@dataclasses.dataclass
class Linen:
    """A linen module with its variables, ``None`` before ``init``.

    ``through`` gives the function that initializes the module: ``init`` itself, or another of the
    routes that lead to variables (``jit``, ``lazy_init`` …). ``seen`` is the input of the last first
    pass, by which the layers inside a module can be listed: before a pass linen does not know them.
    ``unreached`` are the paths of the layers that this pass never called.
    """

    module: Any
    variables: Optional[Mapping] = None
    through: Callable[[Any], Callable] = init
    seen: Optional[Batch] = None
    unreached: Tuple[str, ...] = ()

    def replaced(self, **changes) -> "Linen":
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)


class Named:
    """A module that is called by another method than ``__call__``; in all else the module."""

    def __init__(self, module: Any, method: str):
        self.module = module
        self.method = method

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.module, name)
        if name in ("init", "apply", "init_with_output", "lazy_init"):
            return functools.partial(found, method=getattr(self.module, self.method))
        return found


def in_mode(module: Any, flags: Mapping[str, bool]) -> Any:
    """The module with fields such as ``training`` set."""
    return module.clone(**flags) if flags else module


def named_leaves(jax, variables: Optional[Mapping]) -> Iterator[Tuple[str, str, Any]]:
    """``(name, collection, leaf)`` of a tree of variables; names leave ``params/`` out."""
    for path, leaf in jax.tree_util.tree_flatten_with_path(variables or {})[0]:
        parts = [_spelled(entry) for entry in path]
        yield "/".join(parts[1:] if parts[0] == "params" else parts), parts[0], leaf


def _spelled(entry: Any) -> str:
    """One step of a tree's path: a key, an index or an attribute."""
    return str(next(getattr(entry, kind) for kind in ("key", "idx", "name") if hasattr(entry, kind)))


def merged(flax, made: Mapping, kept: Mapping) -> Mapping:
    """The tree ``made``, with the leaves of ``kept`` wherever it has them."""
    flat = [flax.traverse_util.flatten_dict(flax.core.unfreeze(tree)) for tree in (made, kept)]
    return type(made)(flax.traverse_util.unflatten_dict({**flat[0], **flat[1]}))


def updated(variables: Mapping, collections: Mapping) -> Mapping:
    """The variables with whole collections replaced; a ``FrozenDict`` stays one."""
    return type(variables)({**variables, **collections})


def numpy(leaf: Any) -> np.ndarray:
    """A copy of a leaf as NumPy; types that NumPy lacks (bfloat16) become float32, which loses nothing."""
    array = np.array(leaf)
    return array if array.dtype.isbuiltin else array.astype(np.float32)


def place(leaf: Any) -> Optional[str]:
    """Where a leaf lives, ``cpu:0``; several places joined by commas, ``None`` for what is no JAX array."""
    devices = getattr(leaf, "devices", None)
    return ",".join(sorted(map(spelled, devices()))) if callable(devices) else None


def spelled(device) -> str:
    """A device's name, ``cpu:1``."""
    return f"{device.platform}:{device.id}"


def fields(module) -> Iterator[Tuple[str, Any]]:
    """A module's declared fields, without the two that place it in another module."""
    for field in dataclasses.fields(module):
        if field.name not in ("parent", "name"):
            yield field.name, getattr(module, field.name)


def submodules(linen, value: Any) -> Iterator[Any]:
    """The modules in a field's value, those inside them included, as often as they stand there."""
    if isinstance(value, linen.Module):
        yield value
        for _, inner in fields(value):
            yield from submodules(linen, inner)
    elif isinstance(value, (list, tuple, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from submodules(linen, inner)


def rebuilt(linen, value: Any, changes: Mapping[str, Any], seen: Optional[dict] = None) -> Any:
    """A module with fields such as ``param_dtype`` set on every layer that its fields hold; shared layers stay shared."""
    seen = {} if seen is None else seen
    if isinstance(value, linen.Module):
        if id(value) not in seen:
            inner = {name: rebuilt(linen, held, changes, seen) for name, held in fields(value)}
            seen[id(value)] = value.clone(**{**inner, **{name: due for name, due in changes.items() if name in inner}})
        return seen[id(value)]
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(rebuilt(linen, inner, changes, seen) for inner in value)
    if isinstance(value, dict):
        return {key: rebuilt(linen, inner, changes, seen) for key, inner in value.items()}
    return value
