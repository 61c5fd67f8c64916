"""Networks that are right with PyTorch's answers; one set of parameters for the width of the first pass."""
import jax
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    return nn.Sequential([nn.Dense(8), nn.Dense(4)])


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    net = nn.Dense(4)
    return (net, net.init(jax.random.PRNGKey(0), jnp.ones((2, 20)))), jnp.ones((2, 30))


def ex3():
    return nn.Dense(10)
