"""Wrong: nothing faces the declared width; an error about the rank; parameters are drawn anew at each call."""
import jax
import numpy as np
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


class Narrowed(nn.Module):
    @nn.compact
    def __call__(self, X):
        return nn.Dense(4)(nn.Dense(8)(X[:, :10]))


def ex1():
    return Narrowed()


EX2_CLAIM = {"raises": "ValueError", "when": "first_pass"}


def ex2():
    return (lambda X: jnp.transpose(X, (0, 1, 2))), jnp.ones((2, 20))


class Anew:
    def __init__(self):
        self.rng = np.random.RandomState(0)

    def __call__(self, X):
        self.W = jnp.asarray(self.rng.randn(X.shape[1], 4), dtype="float32")
        return X @ self.W


def ex3():
    return Anew()
