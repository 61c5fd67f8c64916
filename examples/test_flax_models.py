"""Own models of Flax linen under the contract of lazy initialization: run with ``pytest examples/test_flax_models.py``."""

from typing import NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from pytest_lazyinit import contract


# 1. An image classifier. `train` is an argument of the call, so `train="train"` tells the harness where the mode goes:
#    outputs are then compared in evaluation, where dropout draws nothing and normalization uses its running statistics.

class Classifier(nn.Module):
    classes: int = 3

    @nn.compact
    def __call__(self, images, train: bool):
        hidden = nn.BatchNorm(use_running_average=not train)(nn.Conv(4, (3, 3))(images))
        hidden = nn.Dropout(0.2, deterministic=not train)(nn.relu(hidden).mean((-3, -2)))
        return nn.Dense(self.classes)(hidden)


test_classifier = contract(
    Classifier, input_shape=(2, 6, 5, 3), train="train",
    shapes={"Conv_0/kernel": (3, 3, 3, 4), "Dense_0/kernel": (4, 3)},
)


# 2. A graph network. The inputs come as one named tuple. Its edges hold numbers of nodes, so a size cannot be changed at
#    will: `inputs=` gives an example, of which one axis of one leaf is changed at a time, and only where a parameter
#    depends on it. Nodes are no batch, so there is none to vary.

class Graph(NamedTuple):
    nodes: np.ndarray
    senders: np.ndarray
    receivers: np.ndarray


class Messages(nn.Module):
    @nn.compact
    def __call__(self, graph):
        sent = nn.Dense(4)(graph.nodes)[graph.senders]
        received = jax.ops.segment_sum(sent, graph.receivers, graph.nodes.shape[0])
        return nn.Dense(2)(nn.relu(received)), received.sum()  # a tuple: all of its arrays count


def triangle():
    return Graph(np.random.standard_normal((4, 5)).astype("float32"), np.array([0, 1, 2, 2]), np.array([1, 2, 0, 3]))


test_messages = contract(Messages, inputs=triangle, batch_axis=None)


# 3. A variational autoencoder. It is called by methods and has no `__call__`; it draws from a stream of its own, which
#    `rngs=` names; what it gives is no array but a distribution, of which `output=` says what counts. Only `encode` is
#    called here, so the decoder is declared to stay without parameters: undeclared, it would be reported by name.

class Posterior:
    def __init__(self, mean, log_scale, noise):
        self.mean, self.sample = mean, mean + jnp.exp(log_scale) * noise


class Autoencoder(nn.Module):
    def setup(self):
        self.hidden, self.mean, self.log_scale = nn.Dense(4), nn.Dense(2), nn.Dense(2)
        self.decoder = nn.Dense(5)

    def encode(self, x):
        hidden = nn.tanh(self.hidden(x))
        mean = self.mean(hidden)
        return Posterior(mean, self.log_scale(hidden), jax.random.normal(self.make_rng("latent"), mean.shape))

    def decode(self, latent):
        return self.decoder(latent)


test_autoencoder = contract(
    Autoencoder, input_shape=(3, 5), call="encode", rngs=["latent"],
    output=lambda posterior: posterior.mean, stays_uninitialized=["decoder"],
)


# 4. A pair of functions, as functional libraries make of a model: the first makes parameters from a key and the inputs,
#    the second applies them. Where an initializer takes other arguments, a lambda fits it; here it wants shapes.

def linear(features):
    def init(key, input_shape):
        return {"w": jax.random.normal(key, (input_shape[-1], features)) / np.sqrt(input_shape[-1]), "b": jnp.zeros(features)}

    def apply(params, x):
        return x @ params["w"] + params["b"]
    return init, apply


def pair():
    init, apply = linear(4)
    return lambda key, x: init(key, x.shape), apply


test_pair = contract(pair, input_shape=(3, 5))


# 5. Initialization by a method of the model's own, from shapes alone, and values that the author wants otherwise.
#    `first_pass=` initializes; `expected=` says which clause departs on purpose, and why.

class Pretrained(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(4)(x)

    def init_weights(self, key, shape):
        variables = self.init(key, jnp.zeros(shape))
        return jax.tree_util.tree_map(lambda leaf: leaf * 3, variables)


test_pretrained = contract(
    Pretrained, input_shape=(3, 5), first_pass=lambda module, rngs, x: module.init_weights(rngs["params"], x.shape),
    shapes=[(4,), (5, 4)], expected={"after.distribution": "three times as wide on purpose, as the published model"},
)
