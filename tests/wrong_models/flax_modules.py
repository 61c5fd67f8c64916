"""Flax modules with something wrong in them, for the faults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from pytest_lazyinit.catalogue import flax as catalogue


def sequential(around: Callable, *widths: int, **members: Any):
    """The MLP in a ``Sequential`` whose call goes through ``around(call, module, *inputs)``."""
    from flax import linen as nn

    class Sequential(nn.Sequential):
        def __call__(self, *args, **kwargs):
            return around(super().__call__, self, *args, **kwargs)
    for name, member in members.items():
        setattr(Sequential, name, member)
    return Sequential(catalogue.mlp(*widths).layers)


def plain(call, module, *args, **kwargs):
    return call(*args, **kwargs)


def with_call(around: Callable, twin: bool = False):
    """The subject with such a call in the model, and in the twin where asked."""
    known = replace(catalogue.subject(), builder=lambda: sequential(around))
    return replace(known, like=lambda: sequential(around, 20, 256), twin_at=lambda width: sequential(around, width, 256)) if twin else known


def with_members(**members: Any):
    """The subject with a ``Sequential`` that has other methods."""
    return replace(catalogue.subject(), builder=lambda: sequential(plain, **members))


def with_state(around: Callable, shared: bool = False):
    """The subject with a call that keeps something between passes: one dictionary a model, or one for all."""
    common: dict = {}

    def builder():
        state = common if shared else {}
        return sequential(lambda call, module, *args, **kwargs: around(state, call, module, *args, **kwargs))
    return replace(catalogue.subject(), builder=builder)


def with_kernel(init: Callable):
    """The subject with another initializer of the kernels, called as ``init(right, key, shape, dtype)``."""
    def builder():
        from flax import linen as nn
        right = nn.initializers.lecun_normal()

        def kernel_init(key, shape, dtype="float32"):
            return init(right, key, shape, dtype)
        return nn.Sequential([nn.Dense(256, kernel_init=kernel_init), nn.relu, nn.Dense(10, kernel_init=kernel_init)])
    return replace(catalogue.subject(), builder=builder)
