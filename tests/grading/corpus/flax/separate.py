"""Wrong: one layer alone; the error is raised by hand; every width has all its parameters to itself."""
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    return nn.Dense(8)


class Checked(nn.Module):
    @nn.compact
    def __call__(self, X):
        assert X.shape[1] == 20, "dot_general requires contracting dimensions to have the same shape, got (30,) and (20,)."
        return nn.Dense(4)(X)


EX2_CLAIM = {"raises": "AssertionError", "when": "first_pass"}


def ex2():
    return Checked(), jnp.ones((2, 30))


class Separate(nn.Module):
    @nn.compact
    def __call__(self, X):
        return nn.Dense(4, name=f"layer_{X.shape[1]}")(X)


def ex3():
    return Separate()
