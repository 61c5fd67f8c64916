"""Wrong: variables come with the module in ex1; the error is swallowed; the parameters of each width are copies."""
import jax
import numpy as np
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    net = nn.Sequential([nn.Dense(8), nn.Dense(4)])
    return net, net.init(jax.random.PRNGKey(0), jnp.ones((2, 20)))


EX2_CLAIM = {"raises": "TypeError", "when": "first_pass"}


def ex2():
    W = jnp.ones((20, 3))

    def net(X):
        try:
            return X @ W
        except TypeError:
            return None
    return net, jnp.ones((2, 30))


class Copies:
    def __init__(self):
        self.base = np.random.RandomState(0).randn(512, 4).astype("float32")
        self.own = {}

    def __call__(self, X):
        d = X.shape[1]
        if d not in self.own:
            self.own[d] = jnp.asarray(self.base[:d])
        return X @ self.own[d]


def ex3():
    return Copies()
