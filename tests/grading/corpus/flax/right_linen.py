"""Right: linen modules that the grader initializes; an adapter for each width before a shared trunk."""
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    return nn.Sequential([nn.Dense(16), nn.relu, nn.Dense(10)])


class Twice(nn.Module):
    """The second layer's kernel is declared for another width."""

    @nn.compact
    def __call__(self, X):
        hidden = nn.Dense(16)(X)
        kernel = self.param("kernel", nn.initializers.normal(), (12, 10))
        return hidden @ kernel


EX2_CLAIM = {"raises": "TypeError", "when": "first_pass"}


def ex2():
    return Twice(), jnp.ones((2, 20))


class Adapted(nn.Module):
    @nn.compact
    def __call__(self, X):
        hidden = nn.relu(nn.Dense(16, name=f"adapter_{X.shape[1]}")(X))
        return nn.Dense(10, name="trunk")(hidden)


def ex3():
    return Adapted()
