"""Right without linen: a function in its parameters, a closure; a first layer whose kernel is declared."""
import numpy as np
from flax import linen as nn
from jax import numpy as jnp

EX1_IN = 5
EX1_CLAIM = {"first": False, "rest": False}


class Declared(nn.Module):
    @nn.compact
    def __call__(self, X):
        hidden = X @ self.param("kernel", nn.initializers.normal(), (EX1_IN, 8))
        return nn.Dense(3)(hidden)


ex1 = Declared
EX2_CLAIM = {"raises": "TypeError", "when": "second_pass"}


def ex2():
    W = jnp.ones((20, 3))
    return (lambda X: X @ W), jnp.ones((2, 30))


def ex3():
    rng = np.random.RandomState(0)
    parameters = {"W": jnp.asarray(rng.randn(512, 4) * 0.1, dtype="float32"), "b": jnp.zeros(4)}
    return parameters, lambda held, X: X @ held["W"][:X.shape[1]] + held["b"]
