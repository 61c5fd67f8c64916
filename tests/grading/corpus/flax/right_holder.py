"""Right: batch norm and dropout beside dense layers, functions around apply, an object that holds its parameters."""
import jax, flax, numpy as np
import jax.numpy as jnp
import flax.linen as nn
EX1_IN = 4
EX1_CLAIM = {"first": False, "rest": False}


class N(nn.Module):
    width: int = EX1_IN
    @nn.compact
    def __call__(self, x, train: bool = False):
        assert x.shape[-1] == self.width
        x = nn.Dense(8)(x); x = nn.BatchNorm(use_running_average=not train)(x); x = nn.Dropout(0.5, deterministic=not train)(x)
        return nn.Dense(2)(x)


def ex1():
    return N()
EX2_CLAIM = {"raises": "ScopeParamShapeError", "when": "first_pass"}


def ex2():
    n = N()
    v = nn.Dense(8).init(jax.random.PRNGKey(0), jnp.ones((1, 4)))
    return (lambda X: nn.Dense(8).apply(v, X)), jnp.ones((1, 5))


class P(nn.Module):
    @nn.compact
    def __call__(self, x):
        h = nn.Conv(4, (3,))(x[..., None])
        h = nn.relu(h)
        h = nn.SelfAttention(2)(h) if x.shape[1] < 0 else h
        return nn.Dense(2)(h.mean(1))


class Holder:
    def __init__(self):
        self.m = P(); self.params = self.m.init(jax.random.PRNGKey(0), jnp.ones((1, 7)))["params"]
    def __call__(self, X):
        return self.m.apply({"params": self.params}, X)


def ex3():
    return Holder()
