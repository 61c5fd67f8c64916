"""Modules of the compositions in Flax linen. Like `torch_modules` it imports its framework, so that pickle finds the classes; it is
imported when such a model is built, and not before."""

from __future__ import annotations

import jax.numpy as jnp
from flax import linen as nn


class LeNet(nn.Module):
    """Two convolutions with pooling, then a head over the mean of all places, so that every resolution fits."""

    @nn.compact
    def __call__(self, x):
        x = nn.avg_pool(nn.sigmoid(nn.Conv(6, (5, 5))(x)), (2, 2), strides=(2, 2))
        x = nn.sigmoid(nn.Conv(16, (5, 5), padding="VALID")(x)).mean((1, 2))
        return nn.Dense(10)(nn.sigmoid(nn.Dense(24)(x)))


class Residual(nn.Module):
    """A residual block whose skip connection is a 1×1 convolution."""

    def setup(self):
        self.first, self.second, self.skip = nn.Conv(8, (3, 3)), nn.Conv(8, (3, 3)), nn.Conv(8, (1, 1))
        self.norm = nn.LayerNorm()

    def __call__(self, x):
        return nn.relu(self.norm(self.second(nn.relu(self.first(x)))) + self.skip(x))


class Recurrent(nn.Module):
    """A recurrent net that scans over time, and a head on its last output."""

    @nn.compact
    def __call__(self, x):
        scanned = nn.scan(nn.GRUCell, variable_broadcast="params", split_rngs={"params": False}, in_axes=1, out_axes=1)
        carry = jnp.zeros((x.shape[0], 12), x.dtype)
        return nn.Dense(5)(scanned(features=12)(carry, x)[1][:, -1])


class Attention(nn.Module):
    """An attention block with a residual connection around it."""

    def setup(self):
        self.query, self.key, self.value, self.out = nn.Dense(8), nn.Dense(8), nn.Dense(8), nn.Dense(8)

    def __call__(self, x):
        query = self.query(x)
        weights = nn.softmax(query @ self.key(x).swapaxes(-2, -1) / 8 ** 0.5)
        return self.out(weights @ self.value(x)) + query


class Autoencoder(nn.Module):
    """A decoder with the transposed kernel of its encoder."""

    def setup(self):
        self.encoder = nn.Dense(6)

    def __call__(self, x):
        hidden = nn.relu(self.encoder(x))
        return hidden @ self.encoder.variables["params"]["kernel"].T


class Branching(nn.Module):
    """Two branches, of which the input's rank takes one: the other has no parameters."""

    @nn.compact
    def __call__(self, x):
        return nn.Conv(6, (3, 3), name="images")(x) if x.ndim == 4 else nn.Dense(6, name="rows")(x)
