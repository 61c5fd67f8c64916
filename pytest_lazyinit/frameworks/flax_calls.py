"""Watching an ``init`` of Flax linen: calls by ``intercept_methods``, variables by ``Module.param`` and ``Module.variable``.

A variable is in its module's scope as soon as it is made and in the caller's tree only when ``init`` has returned.
Inside a lifted transformation (``nn.scan``, ``nn.RNN``) a value is abstract; it then has a shape, and no mean yet.
"""

from __future__ import annotations

import contextlib
import functools
import time
from typing import Any, Callable, ContextManager, Dict, Iterator, List

import numpy as np

from .base import NotOffered, Parameter
from .flax_linen import named_leaves, numpy, place
from .watching import Layers, Owner, followed, replaced


@contextlib.contextmanager
def watched(adapter, enter: Callable, leave: Callable, made: Callable) -> Iterator[Layers]:
    """Only what ``init`` does is told: the ordinary pass after it is no first pass."""
    linen, modules, called = adapter.linen, {}, set()

    def follow(run: Callable, args: tuple, kwargs: dict, module: Any, method: str) -> Any:
        if method != "__call__" or not initializing(module):
            return run(*args, **kwargs)
        who = path(module), type(module).__name__
        modules[who[0]] = who[1]
        called.add(who[0])
        try:
            return followed(run, args, kwargs, who, enter, leave)
        finally:
            modules.update({key: kind for key, kind in inside(linen, module, who[0]).items() if key not in modules})

    def waiting() -> List[Owner]:
        return [(key, kind) for key, kind in modules.items() if key not in called and kind != "Dropout"]
    with intercepted(linen, follow), replaced([(linen.Module, "param"), (linen.Module, "variable")], making(adapter, made)):
        yield Layers(lambda name: owner(modules, name), waiting)


def intercepted(linen, follow: Callable) -> ContextManager:
    """``follow(run, args, kwargs, module, method)`` around every method; Flax 0.6 has no public way to do it."""
    if hasattr(linen, "intercept_methods"):
        return linen.intercept_methods(lambda run, args, kwargs, context: follow(run, args, kwargs, context.module, context.method_name))
    if not hasattr(linen.Module, "_call_wrapped_method"):
        raise NotOffered("This version of Flax does not let the calls of a module be watched.")

    def wrap(original: Callable) -> Callable:
        def call(module, method, args, kwargs):
            return follow(lambda *args, **kwargs: original(module, method, args, kwargs), args, kwargs, module, getattr(method, "__name__", ""))
        return call
    return replaced([(linen.Module, "_call_wrapped_method")], wrap)


def initializing(module) -> bool:
    """Whether a module runs inside ``init``; early versions of 0.6 do not say it otherwise than by what may change."""
    asked = getattr(module, "is_initializing", None)
    return asked() if asked else module.is_mutable_collection("params")


def path(module) -> str:
    return "/".join(module.scope.path)


def inside(linen, module, prefix: str) -> Dict[str, str]:
    """Submodules that a module holds, those that were never called included."""
    held = getattr(getattr(module, "_state", None), "children", {})
    return {f"{prefix}/{name}" if prefix else name: type(child).__name__ for name, child in held.items() if isinstance(child, linen.Module)}


def owner(modules: Dict[str, str], name: str) -> Owner:
    """The innermost module whose path leads to a variable; other collections than the parameters are named in front."""
    steps = name.split("/")
    for start in (0, 1):
        for end in range(len(steps) - 1, start - 1, -1):
            found = "/".join(steps[start:end])
            if found in modules and (found or start or len(steps) == 1):
                return found, modules[found]
    return "", modules.get("", "")


def making(adapter, made: Callable) -> Callable[[Callable], Callable]:
    """A wrapper of the methods that make variables."""
    def wrap(original: Callable) -> Callable:
        @functools.wraps(original)
        def make(module, *args, **kwargs):
            began = time.perf_counter()
            value = original(module, *args, **kwargs)
            if initializing(module):
                spent = 1000 * (time.perf_counter() - began)
                for name, fact in variables(adapter, module, original.__name__, value, args, kwargs).items():
                    made(name, spent, {name: fact})
            return value
        return make
    return wrap


def variables(adapter, module, method: str, value: Any, args: tuple, kwargs: dict) -> Dict[str, tuple]:
    """Name → what is known of it and its value, as the adapter names it once ``init`` has returned."""
    if method == "param":
        collection, name = "params", args[0] if args else kwargs["name"]
    else:
        collection, name, value = value.collection, value.name, value.value
    tree: Any = {name: adapter.flax.core.meta.unbox(value)}
    for step in reversed(module.scope.path):
        tree = {step: tree}
    return {leaf_name: described(adapter, leaf_name, collection, leaf) for leaf_name, _, leaf in named_leaves(adapter.jax, {collection: tree})}


def described(adapter, name: str, collection: str, leaf: Any) -> tuple:
    abstract = isinstance(leaf, adapter.jax.core.Tracer)
    fact = Parameter(name, tuple(np.shape(leaf)), True, str(getattr(leaf, "dtype", "")) or None, None if abstract else place(leaf),
                     trainable=collection == "params", buffer=collection != "params")
    return fact, None if abstract else numpy(leaf)
