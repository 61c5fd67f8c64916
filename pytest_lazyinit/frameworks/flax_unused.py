"""Layers that a linen module declares and an ``init`` never calls: they get no parameters, and linen says nothing."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator, List, Set, Tuple

Path = Tuple[str, ...]


@contextlib.contextmanager
def unreached(linen) -> Iterator[List[str]]:
    """While active, an ``init`` is listened to; the list then holds the paths of the layers that it never called.

    Only layers of which parameters are due are listed: those of linen that have any, and an author's own.
    """
    found: List[str] = []
    if not hasattr(linen, "intercept_methods"):
        yield found
        return
    declared: List[Path] = []
    reached: Set[Path] = set()

    def listen(run: Callable, args: tuple, kwargs: dict, context: Any) -> Any:
        module = context.module
        if module.scope is None:  # a method of an untouched module, such as an initializer of the author's own
            return run(*args, **kwargs)
        if context.method_name != "setup":
            reached.update(module.scope.path[:length] for length in range(len(module.scope.path) + 1))
        try:
            return run(*args, **kwargs)
        finally:
            declared.extend((*module.scope.path, name) for name, child in children(linen, module) if parametrized(child))
    with linen.intercept_methods(listen):
        yield found
    found.extend(dict.fromkeys("/".join(path) for path in declared if path not in reached))


def children(linen, module: Any) -> list:
    """The layers that a bound module holds, by name, those that were never called included."""
    held = getattr(getattr(module, "_state", None), "children", {})
    return [(name, child) for name, child in held.items() if isinstance(child, linen.Module)]


def parametrized(layer: Any) -> bool:
    """Whether a layer has parameters once it is called: linen's say so by a field, of an author's own it is assumed."""
    return hasattr(layer, "param_dtype") or not type(layer).__module__.startswith("flax.linen")
