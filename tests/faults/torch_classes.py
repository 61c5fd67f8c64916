"""The classes of PyTorch into which faults are planted, and how a method is wrapped."""

from __future__ import annotations

import functools
import inspect
import textwrap
from typing import Any, Callable


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


def edited(patch, owner: Any, name: str, old: str, new: str) -> None:
    """``owner.name`` is compiled anew with ``new`` in place of ``old`` in its source."""
    function = vars(owner)[name]
    source = textwrap.dedent(inspect.getsource(function))
    assert old in source, f"{name} has no {old!r}"
    made = "def made(__class__):\n" + textwrap.indent(source.replace(old, new), "    ") + f"\n    return {name}\n"
    namespace: dict = {}
    exec(compile(made, f"<{name} with a fault>", "exec"), function.__globals__, namespace)
    patch.setattr(owner, name, namespace["made"](owner))


def line(owner, name: str, old: str, new: str):
    return lambda patch: edited(patch, owner(), name, old, new)
