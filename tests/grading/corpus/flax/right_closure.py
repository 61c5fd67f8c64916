"""Right in the first and third exercise with arrays of one's own: a closure; a mismatch that is broadcasting."""
import numpy as np
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 3
EX1_CLAIM = {"first": False, "rest": False}


class Shared(nn.Module):
    @nn.compact
    def __call__(self, X):
        return nn.Dense(2)(nn.LayerNorm()(nn.Dense(4)(X)))


def ex1():
    return Shared()


EX2_CLAIM = {"raises": "TypeError", "when": "construction"}


def ex2():
    sums = jnp.ones((2, 3)) + jnp.ones((2, 4))
    return nn.Dense(2), sums


def ex3():
    table = jnp.asarray(np.random.RandomState(1).randn(512, 4), dtype="float32")

    def model(X):
        return jnp.tanh(X @ table[:X.shape[1]] / 20)
    return model
