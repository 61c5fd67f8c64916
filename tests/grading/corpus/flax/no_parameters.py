"""Wrong: ex1 and its claim are missing; nothing is raised; a model without parameters."""
from flax import linen as nn
from jax import numpy as jnp

EX2_CLAIM = {"raises": "TypeError", "when": "first_pass"}


def ex2():
    return nn.Dense(4), jnp.ones((2, 30))


def ex3():
    return lambda X: jnp.mean(X, axis=1, keepdims=True)
