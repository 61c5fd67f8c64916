"""Own models in Flax linen that differ in their mode, their random streams and the way their parameters come about."""

from __future__ import annotations

import contextlib
from typing import Any, Optional

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

MODE = {"training": True}


@contextlib.contextmanager
def mode(training: bool):
    """A library's ambient mode."""
    before, MODE["training"] = MODE["training"], training
    try:
        yield
    finally:
        MODE["training"] = before


class Regularized(nn.Module):
    """Dropout and batch normalization; ``train`` by keyword or position."""

    @nn.compact
    def __call__(self, x, train):
        x = nn.Dense(4)(x)
        x = nn.BatchNorm(use_running_average=not train)(x)
        return nn.Dense(2)(nn.Dropout(0.5, deterministic=not train)(x))


class Fielded(nn.Module):
    """The mode is a field of the module."""

    deterministic: bool = False

    @nn.compact
    def __call__(self, x):
        return nn.Dense(2)(nn.Dropout(0.5)(nn.Dense(4)(x), deterministic=self.deterministic))


class Ambient(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=not MODE["training"])(nn.Dense(4)(x))


class Noisy(nn.Module):
    """Draws from a stream of its own, in training or always."""

    always: bool = False

    @nn.compact
    def __call__(self, x, train: bool = True):
        x = nn.Dense(4)(x)
        return x + jax.random.normal(self.make_rng("noise"), x.shape) if train or self.always else x


class Unseeded(nn.Module):
    """Draws from NumPy at each pass: no key decides."""

    @nn.compact
    def __call__(self, x):
        return nn.Dense(4)(x) + np.float32(np.random.standard_normal())


class Normalized(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.SpectralNorm(nn.Dense(4))(x, update_stats=train)


class Frozen(nn.Module):
    """A random projection that is a constant, and a layer without gradient."""

    @nn.compact
    def __call__(self, x):
        shape = x.shape[-1], 4
        kernel = self.variable("constants", "projection", lambda: jax.random.normal(self.make_rng("params"), shape))
        return nn.Dense(2)(x @ kernel.value + jax.lax.stop_gradient(nn.Dense(4)(x)))


class Tied(nn.Module):
    """The input is decoded with the transposed kernel of the encoder."""

    @nn.compact
    def __call__(self, x):
        encoder = nn.Dense(4, use_bias=False)
        hidden = nn.relu(encoder(x))
        return hidden @ encoder.variables["params"]["kernel"].T


class NormalizedDense(nn.Dense):
    """A subclass of a linen layer."""

    @nn.compact
    def __call__(self, inputs):
        return nn.LayerNorm(param_dtype=self.param_dtype)(super().__call__(inputs))


class OwnLayer(nn.Module):
    """Parameters by ``self.param``, a buffer by ``self.variable``, both of the input's width."""

    features: int = 4
    param_dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x):
        kernel = self.param("kernel", nn.initializers.lecun_normal(), (x.shape[-1], self.features), self.param_dtype)
        seen = self.variable("stats", "count", lambda: jnp.zeros((), jnp.int32))
        if not self.is_initializing():
            seen.value = seen.value + 1
        return jnp.dot(x, kernel.astype(x.dtype))


class Scanned(nn.Module):
    """Layers over which ``nn.scan`` maps, parameters stacked in front."""

    @nn.compact
    def __call__(self, x):
        body = nn.scan(lambda layer, carry, _: (nn.tanh(layer(carry)), None), variable_axes={"params": 0}, split_rngs={"params": True}, length=2)
        return body(nn.Dense(4), nn.Dense(4)(x), None)[0]


class Mapped(nn.Module):
    """An ensemble: parameters and output have a member axis."""

    @nn.compact
    def __call__(self, x):
        layer = nn.vmap(nn.Dense, variable_axes={"params": 0}, split_rngs={"params": True}, in_axes=None, out_axes=-2, axis_size=2)
        return layer(4)(x)


class Partitioned(nn.Module):
    """Parameters in boxes that name their axes."""

    @nn.compact
    def __call__(self, x):
        return nn.Dense(4, kernel_init=nn.with_partitioning(nn.initializers.lecun_normal(), (None, "model")))(x)


class TwoHeads(nn.Module):
    """Declares a second head for a later stage of training."""

    def setup(self):
        self.trunk, self.first, self.second = nn.Dense(4), nn.Dense(2), nn.Dense(3)

    def __call__(self, x, both: bool = False):
        hidden = self.trunk(x)
        return (self.first(hidden), self.second(hidden)) if both else self.first(hidden)


class Pooled(nn.Module):
    """The mean over the image, then a layer of linen's."""

    features: int

    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.features)(x.mean((1, 2)))


class Sized(nn.Module):
    """A layer that takes its input dimension from the data, unless it is declared: then it is its own eager twin."""

    in_features: Optional[int] = None

    @nn.compact
    def __call__(self, inputs):
        return inputs @ self.param("kernel", nn.initializers.lecun_normal(), (self.in_features or inputs.shape[-1], 4))
