"""Models whose first pass is traced, in each framework: convolutional, recurrent, one that fails far down, one with an unused layer.

The names of the builders are ``<framework>_<kind>``; the input shapes are in ``INPUTS``.
"""

from __future__ import annotations

import importlib
from typing import Any, Callable

INPUTS = {"convolutional": (2, 8, 8, 3), "recurrent": (4, 6, 5), "failing": (2, 20), "unused": (2, 20)}
CHANNELS_FIRST = ("torch", "mxnet")


def shape(framework: str, kind: str) -> tuple:
    """The input's shape: channels last in TensorFlow and Flax, first in PyTorch and MXNet."""
    rows, *space, channels = INPUTS[kind]
    return (rows, channels, *space) if kind == "convolutional" and framework in CHANNELS_FIRST else INPUTS[kind]


def builder(framework: str, kind: str) -> Callable[[], Any]:
    return globals()[f"{framework}_{kind}"]


# -- PyTorch ------------------------------------------------------------------------------------------

def torch_convolutional():
    nn = importlib.import_module("torch").nn
    return nn.Sequential(nn.Sequential(nn.LazyConv2d(6, 3), nn.LazyBatchNorm2d(), nn.ReLU()), nn.Flatten(), nn.LazyLinear(10))


def torch_recurrent():
    """PyTorch has no lazy recurrent layer: this one knows its input after a lazy projection."""
    torch = importlib.import_module("torch")

    class Reader(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.project = torch.nn.LazyLinear(7)
            self.lstm = torch.nn.LSTM(7, 4, batch_first=True)
            self.head = torch.nn.LazyLinear(2)

        def forward(self, x):
            return self.head(self.lstm(self.project(x))[0][:, -1])
    return Reader()


def torch_failing():
    nn = importlib.import_module("torch").nn
    return nn.Sequential(nn.LazyLinear(256), nn.Sequential(nn.ReLU(), nn.Linear(128, 64)), nn.LazyLinear(10))


def torch_unused():
    torch = importlib.import_module("torch")

    class Unused(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = torch.nn.LazyLinear(16), torch.nn.LazyLinear(3)

        def forward(self, x):
            return self.used(x)
    return Unused()


# -- TensorFlow ---------------------------------------------------------------------------------------

def keras():
    return importlib.import_module("tensorflow").keras


def tensorflow_convolutional():
    layers = keras().layers
    block = keras().Sequential([layers.Conv2D(6, 3), layers.BatchNormalization(), layers.ReLU()], name="block")
    return keras().Sequential([block, layers.Flatten(), layers.Dense(10)])


def tensorflow_recurrent():
    layers = keras().layers
    return keras().Sequential([layers.Dense(7), layers.LSTM(4), layers.Dense(2)])


def tensorflow_failing():
    layers = keras().layers
    late = layers.Dense(64, name="late")
    late.build((None, 128))
    return keras().Sequential([layers.Dense(256), layers.ReLU(), late, layers.Dense(10)])


def tensorflow_unused():
    class Unused(keras().Model):
        def __init__(self):
            super().__init__()
            self.used = keras().layers.Dense(16, name="used")
            self.unused = keras().layers.Dense(3, name="unused")

        def call(self, x):
            return self.used(x)
    return Unused()


# -- Flax ---------------------------------------------------------------------------------------------

def flax_convolutional():
    nn = importlib.import_module("flax.linen")

    class Block(nn.Module):
        @nn.compact
        def __call__(self, x):
            return nn.relu(nn.BatchNorm(use_running_average=False)(nn.Conv(6, (3, 3), padding="VALID")(x)))

    class Network(nn.Module):
        @nn.compact
        def __call__(self, x):
            x = Block(name="block")(x)
            return nn.Dense(10)(x.reshape(x.shape[0], -1))
    return Network()


def flax_recurrent():
    nn = importlib.import_module("flax.linen")

    class Reader(nn.Module):
        @nn.compact
        def __call__(self, x):
            x = nn.RNN(nn.LSTMCell(4), name="rnn")(nn.Dense(7, name="project")(x))
            return nn.Dense(2, name="head")(x[:, -1])
    return Reader()


def flax_failing():
    nn = importlib.import_module("flax.linen")
    late = nn.Dense(256)
    return nn.Sequential([late, nn.relu, nn.Dense(128), late, nn.Dense(10)])


def flax_unused():
    nn = importlib.import_module("flax.linen")

    class Unused(nn.Module):
        def setup(self):
            self.used, self.unused = nn.Dense(16), nn.Dense(3)

        def __call__(self, x):
            return self.used(x)
    return Unused()


# -- MXNet --------------------------------------------------------------------------------------------

def chain(*layers):
    net = importlib.import_module("mxnet").gluon.nn.Sequential()
    net.add(*layers)
    net.numpy_semantics = True
    return net


def mxnet_convolutional():
    mx = importlib.import_module("mxnet")
    nn = mx.gluon.nn
    with mx.util.np_shape(True), mx.util.np_array(True):  # a convolution chooses its operator when it is built
        return chain(chain(nn.Conv2D(6, 3), nn.BatchNorm(), nn.Activation("relu")), nn.Flatten(), nn.Dense(10))


def mxnet_recurrent():
    gluon = importlib.import_module("mxnet").gluon
    return chain(gluon.nn.Dense(7, flatten=False), gluon.rnn.LSTM(4, layout="NTC"), gluon.nn.Dense(2))


def mxnet_failing():
    nn = importlib.import_module("mxnet").gluon.nn
    return chain(nn.Dense(256), chain(nn.Activation("relu"), nn.Dense(64, in_units=128)), nn.Dense(10))


def mxnet_unused():
    gluon = importlib.import_module("mxnet").gluon

    class Unused(gluon.Block):
        def __init__(self, **keywords):
            super().__init__(**keywords)
            self.used, self.unused = gluon.nn.Dense(16), gluon.nn.Dense(3)

        def forward(self, x):
            return self.used(x)
    net = Unused()
    net.numpy_semantics = True
    return net
