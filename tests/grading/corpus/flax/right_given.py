"""Right: a module with setup, variables from a first pass, a table of weights for all widths."""
import jax
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 7
EX1_CLAIM = {"first": False, "rest": False}


class Two(nn.Module):
    def setup(self):
        self.first = nn.Dense(8, use_bias=False)
        self.second = nn.Dense(4)

    def __call__(self, X):
        return self.second(nn.tanh(self.first(X)))


def ex1():
    return Two()


EX2_CLAIM = {"raises": "flax.errors.ScopeParamShapeError", "when": "second_pass"}


def ex2():
    net = nn.Dense(4)
    variables = net.init(jax.random.PRNGKey(0), jnp.ones((2, 20)))
    return (net, variables), jnp.ones((2, 30))


class Table(nn.Module):
    @nn.compact
    def __call__(self, X):
        table = self.param("table", nn.initializers.lecun_normal(), (512, 6))
        return X @ table[:X.shape[1]] + self.param("bias", nn.initializers.zeros, (6,))


def ex3():
    model = Table()
    return model, model.init(jax.random.PRNGKey(1), jnp.ones((1, 3)))
