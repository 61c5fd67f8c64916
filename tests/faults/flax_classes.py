"""The classes of Flax linen into which faults are planted, and how a method is wrapped."""

from __future__ import annotations

import functools
from typing import Any, Callable


def linen() -> Any:
    from flax import linen
    return linen


def serialization() -> Any:
    from flax import serialization
    return serialization


def around(patch, owner: Any, name: str, wrapper: Callable) -> None:
    """``owner.name`` becomes ``wrapper(original, *args, **kwargs)``, of a class with ``self`` first."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args, **kwargs):
        return wrapper(original, *args, **kwargs)
    patch.setattr(owner, name, wrapped)


def parameters(change: Callable, name: str = "kernel", layer: str = "Dense") -> Callable:
    """A plant that changes the parameters of a layer as they are made or read: ``change(module, value)``."""
    def plant(patch) -> None:
        kind = getattr(linen(), layer)

        def wrapper(original, self, wanted, *args, **kwargs):
            value = original(self, wanted, *args, **kwargs)
            return change(self, value) if wanted == name and type(self) is kind else value
        around(patch, linen().Module, "param", wrapper)
    return plant


def made(change: Callable, name: str = "kernel", layer: str = "Dense") -> Callable:
    """A plant that changes what an initializer gives: ``change(value)``."""
    def plant(patch) -> None:
        kind = getattr(linen(), layer)

        def wrapper(original, self, wanted, init, *args, **kwargs):
            if wanted == name and type(self) is kind:
                return original(self, wanted, lambda *given: change(init(*given)), *args, **kwargs)
            return original(self, wanted, init, *args, **kwargs)
        around(patch, linen().Module, "param", wrapper)
    return plant


def fed(change: Callable, layer: str = "Dense") -> Callable:
    """A plant that changes what a layer is fed: ``change(module, inputs)``."""
    def plant(patch) -> None:
        around(patch, getattr(linen(), layer), "__call__", lambda original, self, inputs: original(self, change(self, inputs)))
    return plant


def traced(value: Any) -> bool:
    import jax
    return isinstance(value, jax.core.Tracer)
