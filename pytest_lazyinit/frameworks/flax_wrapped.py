"""Modules around a whole linen module. Imported by the adapter once Flax is there."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict

from flax import linen as nn

from .flax_linen import fields


# What XLA compiles, or what multiplies a model's compilations: for the reference models.
COMPILED = ("nn.remat", "nn.jit", "nn.vmap, a member a key", "nn.map_variables", "nn.WeightNorm", "nn.SpectralNorm")


def called(module, *inputs: Any) -> Any:
    return module(*inputs)


class Lifted(nn.Module):
    """A module whose call goes through a lifted transformation."""

    inner: nn.Module
    lift: Callable[..., Callable]

    @nn.compact
    def __call__(self, *inputs: Any) -> Any:
        return self.lift(self.is_initializing())(self.inner, *inputs)


class Beside(nn.Module):
    """Two modules in one, given the same input."""

    first: nn.Module
    second: nn.Module

    @nn.compact
    def __call__(self, *inputs: Any, **named: Any) -> Any:
        return self.first(*inputs, **named), self.second(*inputs, **named)


class Normed(nn.Module):
    """A module whose parameters go through a norm that counts its calls."""

    inner: nn.Module

    @nn.compact
    def __call__(self, *inputs: Any) -> Any:
        return nn.SpectralNorm(self.inner)(*inputs, update_stats=True)


class Shared(nn.Module):
    """A module whose parameters stand in the scope of the one around it."""

    inner: nn.Module

    def setup(self) -> None:
        nn.share_scope(self, self.inner)

    def __call__(self, *inputs: Any) -> Any:
        return self.inner(*inputs)


def classed(lift: Callable[[type], type], module: Any) -> Any:
    """A module of the lifted class, with the fields of the given one."""
    return lift(type(module))(**dict(fields(module)))


def wrappings(linen) -> Dict[str, Callable[[Any], Any]]:
    """Name → ``module -> module``, of what the version exports."""
    members = dict(variable_axes={True: 0}, split_rngs={True: True}, in_axes=None, axis_size=2)
    lifts: Dict[str, Callable[[bool], Callable]] = {
        "nn.remat": lambda initializing: linen.remat(called),
        "nn.jit": lambda initializing: linen.jit(called),
        "nn.vmap, a member a key": lambda initializing: linen.vmap(called, **members),
        "nn.map_variables": lambda initializing: linen.map_variables(called, "params", init=initializing),
    }
    found: Dict[str, Callable[[Any], Any]] = {name: functools.partial(Lifted, lift=lift) for name, lift in lifts.items()}
    for name in ("remat", "jit"):
        found[f"nn.{name} of the class"] = functools.partial(classed, getattr(linen, name))
    found["nn.Sequential"] = lambda module: linen.Sequential([module])
    if hasattr(linen, "WeightNorm"):
        found["nn.WeightNorm"] = linen.WeightNorm
    if hasattr(linen, "SpectralNorm"):
        found["nn.SpectralNorm"] = Normed
    if hasattr(linen, "share_scope"):
        found["nn.share_scope"] = Shared
    return found
