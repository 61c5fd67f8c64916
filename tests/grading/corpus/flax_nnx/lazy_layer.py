"""Right but for the third: a layer of one's own that waits for data; a second pass at another width; one width alone."""
from flax import nnx
from jax import numpy as jnp

EX1_IN = 6
EX1_CLAIM = {"first": True, "rest": False}


class Net(nnx.Module):
    def __init__(self):
        self.rngs = nnx.Rngs(0)
        self.first = nnx.Linear(EX1_IN, 8, rngs=self.rngs)
        self.second = nnx.data(None) if hasattr(nnx, "data") else None

    def __call__(self, X):
        hidden = self.first(X)
        if self.second is None:
            self.second = nnx.Linear(hidden.shape[1], 2, rngs=self.rngs)
        return self.second(hidden)


def ex1():
    return Net()


EX2_CLAIM = {"raises": "TypeError", "when": "second_pass"}


def ex2():
    net = nnx.Linear(20, 4, rngs=nnx.Rngs(0))
    net(jnp.ones((2, 20)))
    return net, jnp.ones((2, 30))


def ex3():
    return nnx.Linear(10, 10, rngs=nnx.Rngs(0))
