import jax.numpy as jnp
from flax import linen as nn

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}
EX2_CLAIM = {"raises": "ScopeParamShapeError", "when": "second_pass"}


def ex1():
    return nn.Sequential([nn.Dense(256), nn.relu, nn.Dense(10)])


def ex2():
    net, X = nn.Sequential([nn.Dense(256), nn.relu, nn.Dense(10)]), jnp.ones((2, 20))
    import jax
    variables = net.init(jax.random.PRNGKey(0), X)
    net.apply(variables, X)
    return (net, variables), jnp.ones((2, 30))


class AnyWidth(nn.Module):
    @nn.compact
    def __call__(self, X):
        weight = self.param("weight", nn.initializers.lecun_normal(), (512, 16))
        return nn.Dense(10)(nn.relu(X @ weight[:X.shape[1]]))


def ex3():
    return AnyWidth()
