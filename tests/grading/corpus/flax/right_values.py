"""Right: modules that ask for values on their way and so cannot be traced."""
import jax, jax.numpy as jnp, numpy as np
from flax import linen as nn
EX1_IN = 4
EX1_CLAIM = {"first": False, "rest": False}


class C(nn.Module):
    @nn.compact
    def __call__(self, x):
        if float(x.sum()) > 1e9:
            print("large")
        h = nn.Dense(8)(x)
        return nn.Dense(3)(h)


def ex1():
    return C()


EX2_CLAIM = {"raises": "ScopeParamShapeError", "when": "second_pass"}


def ex2():
    n = C()
    return (n, n.init(jax.random.PRNGKey(0), jnp.ones((1, 4)))), jnp.ones((1, 5))


class D(nn.Module):
    @nn.compact
    def __call__(self, x):
        scale = 1.0 if bool(np.asarray(x).mean() > 1e9) else 2.0
        t = self.param("t", nn.initializers.lecun_normal(), (512, 3))
        return scale * (x @ t[:x.shape[1]])


def ex3():
    return D()
