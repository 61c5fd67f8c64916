"""The classes of Keras into which faults are planted, and how a method is wrapped."""

from __future__ import annotations

import functools
from typing import Any, Callable


def keras() -> Any:
    import tensorflow
    return tensorflow.keras


def layers() -> Any:
    return keras().layers


def dense() -> Any:
    return layers().Dense


def around(patch, owner: Any, name: str, wrapper: Callable) -> None:
    """``owner.name`` becomes ``wrapper(original, self, *args, **kwargs)``."""
    original = getattr(owner, name)

    @functools.wraps(original)  # Keras looks at the signature of call() and build()
    def wrapped(self, *args, **kwargs):
        return wrapper(original, self, *args, **kwargs)
    patch.setattr(owner, name, wrapped)


def calling(patch, owner: Any, wrapper: Callable) -> None:
    """``call`` becomes ``wrapper(original, self, inputs)``; Keras asks its signature whether it takes a mode."""
    original = owner.call

    def call(self, inputs):
        return wrapper(original, self, inputs)
    patch.setattr(owner, "call", call)


def after_building(patch, owner: Any, then: Callable) -> None:
    """``then(layer)`` follows the building of a layer of this class."""
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        then(self)
    around(patch, owner, "build", wrapper)


def then(change: Callable, owner: Callable = dense) -> Callable:
    """A plant that changes a layer when it has been built."""
    return lambda patch: after_building(patch, owner(), change)


def variable(layer: Any, name: str) -> Any:
    """A layer's variable by the end of its name."""
    return next(weight for weight in layer.weights if weight.name.split(":")[0].split("/")[-1] == name)
