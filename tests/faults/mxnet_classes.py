"""The classes of Gluon into which faults are planted, and how a method is wrapped."""

from __future__ import annotations

import functools
from typing import Any, Callable


def gluon() -> Any:
    import mxnet
    return mxnet.gluon


def parameter() -> Any:
    return gluon().Parameter


def block() -> Any:
    return gluon().HybridBlock


def dense() -> Any:
    return gluon().nn.Dense


def around(patch, owner: Any, name: str, wrapper: Callable) -> None:
    """``owner.name`` becomes ``wrapper(original, self, *args, **kwargs)``."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(self, *args, **kwargs):
        return wrapper(original, self, *args, **kwargs)
    patch.setattr(owner, name, wrapped)


def unknown(given) -> bool:
    """Whether a parameter's shape is not known yet."""
    return given.shape is not None and any(size in (0, -1) for size in given.shape)


def after_deferral(patch, then: Callable) -> None:
    """``then(parameter)`` follows where a parameter that waited for its shape has been filled."""
    waiting = set()

    def registered(original, self, *args, **kwargs):
        waiting.update({id(self)} if unknown(self) else ())
        original(self, *args, **kwargs)

    def filled(original, self):
        due = bool(self._deferred_init) and id(self) in waiting
        original(self)
        if due:
            waiting.discard(id(self))
            then(self)
    around(patch, parameter(), "initialize", registered)
    around(patch, parameter(), "_finish_deferred_init", filled)


def after_inference(patch, then: Callable) -> None:
    """``then(block)`` follows the first pass of a block that infers shapes, before its output is computed."""
    def wrapper(original, self, *args):
        original(self, *args)
        for each in self.collect_params().values():
            each._finish_deferred_init()
        then(self)
    around(patch, block(), "_deferred_infer_shape", wrapper)
