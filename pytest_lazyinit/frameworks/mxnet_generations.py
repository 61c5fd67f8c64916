"""What Gluon 1 (MXNet until 1.9) and Gluon 2 (MXNet 2.0) spell differently, told by what a block has, never by a version.

Gluon 2 has no prefixes and no ``ParameterDict``: what that did for all parameters at once, a block does itself.
A block refers to its children weakly, a context is called a device, and arrays are NumPy's alone.
"""

from __future__ import annotations

import copy
import weakref
from typing import Any, Callable, Iterator, Mapping, Optional


def structural(model) -> bool:
    """Whether a block is one of Gluon 2, whose ``collect_params()`` is a plain dictionary by structure."""
    return isinstance(model.collect_params(), dict)


def numpy_only(mx) -> bool:
    """Whether layers take NumPy arrays alone, as in Gluon 2."""
    return hasattr(mx, "Device")


def children(block) -> Iterator[tuple]:
    """``(name, block)`` of each child; one that nobody holds any more is none."""
    for name, child in block._children.items():
        child = child() if isinstance(child, weakref.ref) else child
        if child is not None:
            yield name, child


def together(model) -> Any:
    """What acts on all parameters of a block at once: ``setattr``, ``zero_grad``, ``reset_ctx`` or ``reset_device``."""
    return model if structural(model) else model.collect_params()


def words(mx) -> tuple:
    """How routes are named: the class of `together`, the class of a place, the keyword for one."""
    return ("Block", "Device", "device") if numpy_only(mx) else ("ParameterDict", "Context", "ctx")


def reset(model, place) -> None:
    """Move all parameters to a place."""
    whole = together(model)
    getattr(whole, "reset_device", getattr(whole, "reset_ctx", None))(place)


def places(parameter) -> list:
    """Where a parameter is, or is to be."""
    return (getattr(parameter, "list_device", None) or parameter.list_ctx)()


def independent_copy(model) -> Optional[Any]:
    """A deep copy, ``None`` where its children are those of the original, as in Gluon 2."""
    made = copy.deepcopy(model)
    mine = {id(child) for _, child in children(model)}
    return None if any(id(child) in mine for _, child in children(made)) else made


def writer(mx, numpy: bool) -> Callable[[str, Mapping[str, Any]], None]:
    """What writes named arrays into a file that ``load_parameters`` reads."""
    if not numpy:
        return mx.nd.save
    several = getattr(mx.npx, "savez", None)  # Gluon 2: save() writes one array
    return mx.npx.save if several is None else lambda path, arrays: several(path, **arrays)
