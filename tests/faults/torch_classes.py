"""The classes of PyTorch into which faults are planted, and how a method is wrapped."""

from __future__ import annotations

import functools
from typing import Any, Callable

from .editing import rewritten


def nn() -> Any:
    import torch
    return torch.nn


def lazy() -> Any:
    """The class of every lazy module."""
    return nn().modules.lazy.LazyModuleMixin


def uninitialized() -> Any:
    """The class of uninitialized parameters and buffers."""
    return nn().parameter.UninitializedTensorMixin


def parameter() -> Any:
    return nn().parameter.UninitializedParameter


def convolution() -> Any:
    return nn().modules.conv._LazyConvXdMixin


def normalization() -> Any:
    return nn().modules.batchnorm._LazyNormBase


def around(patch, owner: Any, name: str, wrapper: Callable) -> None:
    """``owner.name`` becomes ``wrapper(original, self, *args, **kwargs)``."""
    original = getattr(owner, name)

    @functools.wraps(original)  # a hook is pickled by its name
    def wrapped(self, *args, **kwargs):
        return wrapper(original, self, *args, **kwargs)
    patch.setattr(owner, name, wrapped)


def after_initialization(patch, owner: Any, then: Callable) -> None:
    """``then(module)`` follows the initialization of a module of this class, and no later call."""
    def wrapper(original, self, *args, **kwargs):
        due = self.has_uninitialized_params()
        original(self, *args, **kwargs)
        if due:
            then(self)
    around(patch, owner, "initialize_parameters", wrapper)


def line(owner, name: str, old: str, new: str):
    """A piece of a method's source is another one."""
    return lambda patch: patch.setattr(owner(), name, rewritten(vars(owner())[name], owner(), (old, new)))
