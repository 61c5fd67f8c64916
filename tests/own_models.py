"""Plain models of an author's own, one a framework: a subclass with one lazy layer and an activation."""

from __future__ import annotations

import copy
import importlib
from typing import Any, Callable


def encoder(framework: str) -> Callable[[], Any]:
    """A builder of ``relu(Dense(16))`` as an author of that framework would write it."""
    return globals()[f"{framework}_encoder"]()


def torch_encoder():
    torch = importlib.import_module("torch")

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = torch.nn.LazyLinear(16)

        def forward(self, x):
            return torch.tanh(self.hidden(x))
    return registered(Encoder)


def tensorflow_encoder():
    keras = importlib.import_module("tensorflow").keras

    class Encoder(keras.Model):
        def __init__(self, **keywords):
            super().__init__(**keywords)
            self.hidden = keras.layers.Dense(16, name="hidden")

        def call(self, x):
            return keras.activations.tanh(self.hidden(x))

        def get_config(self):
            return {}
    return keras.utils.register_keras_serializable("own")(registered(Encoder))


def flax_encoder():
    nn = importlib.import_module("flax.linen")

    class Encoder(nn.Module):
        @nn.compact
        def __call__(self, x):
            return nn.tanh(nn.Dense(16, name="hidden")(x))
    return registered(Encoder)


def mxnet_encoder():
    gluon = importlib.import_module("mxnet").gluon

    class Encoder(gluon.Block):
        def __init__(self, **keywords):
            super().__init__(**keywords)
            self.hidden = gluon.nn.Dense(16, activation="tanh")

        def forward(self, x):
            return self.hidden(x)
    return registered(Encoder)


def registered(made: type) -> type:
    """The class under its own name in this module, so that its instances can be pickled."""
    made.__qualname__ = f"{made.__mro__[1].__module__.split('.')[0]}_{made.__name__}"
    globals()[made.__qualname__] = made
    return made


def with_an_unused_layer():
    torch = importlib.import_module("torch")

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = torch.nn.LazyLinear(16), torch.nn.LazyLinear(3)

        def forward(self, x):
            return self.used(x)
    return Model()


def normalized():
    """A plain model with a layer inside that PyTorch cannot copy before the first pass."""
    nn = importlib.import_module("torch").nn
    return nn.Sequential(nn.LazyLinear(16), nn.LazyBatchNorm1d())


def uncopied(*layers):
    """A model that refuses to be copied while it is lazy."""
    torch = importlib.import_module("torch")

    class Uncopied(torch.nn.Sequential):
        def __deepcopy__(self, memo):
            if any(map(torch.nn.parameter.is_lazy, self.parameters())):
                raise NotImplementedError("no copies")
            return Uncopied(*(copy.deepcopy(layer, memo) for layer in self))
    return registered(Uncopied)(*(layers or (torch.nn.LazyLinear(16),)))


def normalized_and_uncopied():
    return uncopied(*normalized())
