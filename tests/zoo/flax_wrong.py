"""Wrong models of Flax linen that authors really write; each fails exactly the clauses that stand beside it in `flax`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn


class FromTheBatch(nn.Module):
    """The kernel takes the size of the wrong axis."""

    @nn.compact
    def __call__(self, x):
        mixing = self.param("mixing", nn.initializers.lecun_normal(), (x.shape[0], x.shape[0]))
        return mixing @ nn.Dense(4)(x)


class TableInTheConstructor(nn.Module):
    """Makes an array as soon as it is built, that no field declares."""

    def __post_init__(self):
        object.__setattr__(self, "table", jnp.arange(4.0))
        super().__post_init__()

    @nn.compact
    def __call__(self, x):
        return nn.Dense(4)(x) + self.table


class DtypeLost(nn.Module):
    """Declares ``param_dtype`` and makes its kernel without it."""

    param_dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x):
        return x @ self.param("kernel", nn.initializers.lecun_normal(), (x.shape[-1], 4)).astype(x.dtype)


class Standardized(nn.Module):
    """Keeps means in a variable, whose shape nothing compares: a narrow input is broadcast."""

    @nn.compact
    def __call__(self, x):
        mean = self.variable("stats", "mean", jnp.zeros, x.shape[-1:])
        return (x - mean.value) * self.param("scale", nn.initializers.ones, (1,))


class Cut(nn.Module):
    """Reads the kernel that is there, and fits the input to it."""

    @nn.compact
    def __call__(self, x):
        if self.has_variable("params", "kernel"):
            kernel = self.get_variable("params", "kernel")
        else:
            kernel = self.param("kernel", nn.initializers.lecun_normal(), (x.shape[-1], 4))
        width = min(x.shape[-1], kernel.shape[0])
        return x[..., :width] @ kernel[:width]


class KeyOfItsOwn(nn.Module):
    """Draws from a fixed key and not from the one that it is given."""

    @nn.compact
    def __call__(self, x):
        return x @ self.param("kernel", lambda _, shape: jax.random.normal(jax.random.PRNGKey(0), shape), (x.shape[-1], 4))


class NumpyInitializer(nn.Module):
    """Draws from NumPy's global generator."""

    @nn.compact
    def __call__(self, x):
        return x @ self.param("kernel", lambda _, shape: jnp.asarray(np.random.standard_normal(shape), jnp.float32), (x.shape[-1], 4))


class AlwaysInTraining(nn.Module):
    """Normalizes by the batch at hand whatever the mode."""

    @nn.compact
    def __call__(self, x, train: bool = True):
        return nn.BatchNorm(use_running_average=False)(nn.Dense(4)(x))


class VocabularyFromTheData(nn.Module):
    """As many embeddings as the first batch has ids."""

    @nn.compact
    def __call__(self, ids, features):
        embedded = nn.Embed(int(ids.max()) + 1, 4)(ids).sum(1)
        return embedded + nn.Dense(4)(features)
