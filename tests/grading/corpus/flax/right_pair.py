"""Right: a module with parameters of its own, a pair of a function and its parameters."""
import jax, jax.numpy as jnp
from flax import linen as nn
EX1_IN = 4
EX1_CLAIM = {"first": False, "rest": False}


class N(nn.Module):
    @nn.compact
    def __call__(self, x):
        w1 = self.param("w1", nn.initializers.normal(), (EX1_IN, 8)); b1 = self.param("b1", nn.initializers.zeros, (8,))
        h = nn.relu(x @ w1 + b1)
        w2 = self.param("w2", nn.initializers.normal(), (h.shape[-1], 3))
        return h @ w2


def ex1():
    return N()
EX2_CLAIM = {"raises": "TypeError", "when": "first_pass"}


def ex2():
    return N(), jnp.ones((2, 5))


def mlp(params, x):
    return jnp.tanh(x @ params[0][: x.shape[1]]) @ params[1]


def ex3():
    k1, k2 = jax.random.split(jax.random.PRNGKey(0))
    return mlp, [jax.random.normal(k1, (512, 8)) * .05, jax.random.normal(k2, (8, 2))]
