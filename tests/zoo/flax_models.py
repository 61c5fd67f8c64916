"""Own models in Flax linen that differ in what they take and give. Widths are small, and alike so that JAX compiles little."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import flax
import jax
import jax.experimental.sparse
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

class Pair(nn.Module):
    """Two inputs of other widths, one of them optional."""

    @nn.compact
    def __call__(self, left, right=None, *, scale=1.0):
        hidden = nn.Dense(4)(left)
        return hidden * scale if right is None else hidden * scale + nn.Dense(4)(right)


class Nested(nn.Module):
    """A nest with keys of several types; gives a dict with a tuple inside."""

    @nn.compact
    def __call__(self, batch):
        hidden = nn.Dense(4)(batch["x"][0]) + nn.Dense(4)(batch[1])
        return {"hidden": hidden, "parts": (hidden[..., :2], None)}


class Tokens(nn.Module):
    """Ids and a mask; the width of further features is inferred."""

    vocabulary: int = 7

    @nn.compact
    def __call__(self, ids, mask, features):
        embedded = nn.Embed(self.vocabulary, 4)(ids) * mask[..., None]
        return nn.Dense(2)(jnp.concatenate([embedded.sum(1), features], -1))


class Graph(nn.Module):
    """One round of messages along the edges, whose ends are indices of nodes."""

    @nn.compact
    def __call__(self, nodes, edges):
        sent = jax.ops.segment_sum(nn.Dense(4)(nodes)[edges[0]], edges[1], nodes.shape[0])
        return nn.Dense(2)(nn.relu(sent) + nn.Dense(4)(nodes))


class Sparse(nn.Module):
    """A graph as a sparse matrix of JAX."""

    @nn.compact
    def __call__(self, adjacency, nodes):
        return nn.Dense(4)(adjacency @ nodes)


def sparse(nodes: int):
    return jax.experimental.sparse.BCOO.fromdense(jnp.eye(nodes))


class Carry(NamedTuple):
    hidden: Any
    steps: int


@flax.struct.dataclass
class Step:
    """A pass' result as a dataclass that JAX knows."""

    carry: Carry
    loss: Any = None


class Cell(nn.Module):
    """A recurrent step with its state as a named tuple."""

    @nn.compact
    def __call__(self, carry: Carry, x):
        hidden = nn.tanh(nn.Dense(4)(x) + nn.Dense(4, use_bias=False)(carry.hidden))
        return Step(Carry(hidden, carry.steps + 1))


class Cached(nn.Module):
    """Writes into the dict that it is given, as decoders with a cache do."""

    @nn.compact
    def __call__(self, x, cache):
        cache["last"] = nn.Dense(4)(x)
        return cache["last"]


class Encoder(nn.Module):
    """Called by a method; layers of ``setup``."""

    def setup(self):
        self.hidden = nn.Dense(4)
        self.latent = nn.Dense(2)

    def encode(self, x):
        return self.latent(nn.relu(self.hidden(x)))


class Weights(nn.Module):
    """Has an initializer of its own, from shapes alone."""

    @nn.compact
    def __call__(self, x):
        return nn.Dense(4)(x)

    def init_weights(self, rng, shape):
        return self.init({"params": rng}, jnp.zeros(shape))


@dataclasses.dataclass
class Normal:
    """A distribution, of which JAX knows nothing."""

    loc: Any
    scale: Any

    @property
    def mean(self):
        return self.loc


class Policy(nn.Module):
    """Gives a distribution beside a value."""

    @nn.compact
    def __call__(self, x):
        hidden = nn.relu(nn.Dense(4)(x))
        return Normal(nn.Dense(2)(hidden), jnp.exp(self.param("log_scale", nn.initializers.zeros, (2,)))), nn.Dense(1)(hidden)


class Sequence(nn.Module):
    """A recurrent layer step by step, with its initial state and the lengths of the rows."""

    @nn.compact
    def __call__(self, x, lengths=None, carry=None):
        cell, outputs = nn.SimpleCell(4), []
        carry = cell.initialize_carry(jax.random.PRNGKey(0), x[..., 0, :].shape) if carry is None else carry
        for step in range(x.shape[-2]):
            moved, output = cell(carry, x[..., step, :])
            live = jnp.array(True) if lengths is None else (step < lengths)[:, None]
            carry = jnp.where(live, moved, carry)
            outputs.append(output)
        return jnp.stack(outputs, -2), carry


class Recurrent(nn.Module):
    """The same idea by ``nn.RNN``, which lifts its cell into ``lax.scan``."""

    @nn.compact
    def __call__(self, x):
        return nn.RNN(nn.SimpleCell(4))(x)


def transformed():
    """A pair of functions, as functional libraries make of a model."""
    def init(key, x):
        return {"w": jax.random.normal(key, (x.shape[-1], 4)) / np.sqrt(x.shape[-1]), "b": jnp.zeros(4)}

    def apply(tree, x):
        return x @ tree["w"] + tree["b"]
    return init, apply
