"""Right: NNX makes everything at construction; its layers are counted; an adapter for each width."""
from flax import nnx
from jax import numpy as jnp

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}


class Two(nnx.Module):
    def __init__(self, hidden=8):
        rngs = nnx.Rngs(0)
        self.first = nnx.Linear(EX1_IN, 8, rngs=rngs)
        self.second = nnx.Linear(hidden, 4, rngs=rngs)

    def __call__(self, X):
        return self.second(nnx.relu(self.first(X)))


def ex1():
    return Two()


EX2_CLAIM = {"raises": "TypeError", "when": "first_pass"}


def ex2():
    return Two(hidden=9), jnp.ones((2, 20))


class Table(nnx.Module):
    def __init__(self):
        rngs = nnx.Rngs(1)
        self.table = nnx.Param(nnx.initializers.lecun_normal()(rngs.params(), (512, 6)))
        self.out = nnx.Linear(6, 3, rngs=rngs)

    def __call__(self, X):
        return self.out(X @ self.table[...][:X.shape[1]] if hasattr(self.table, "__getitem__") else X @ self.table.value[:X.shape[1]])


def ex3():
    return Table()
