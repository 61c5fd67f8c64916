"""Wrong Keras layers and models, made when first asked for, since TensorFlow is imported late."""

from __future__ import annotations

import functools

import numpy as np

from pytest_lazyinit.catalogue.tensorflow import base, declared, keras, variation


@functools.lru_cache(maxsize=None)
def made(name: str) -> type:
    """A class of this module, made once, registered and, with `__getattr__`, importable, so that every route can copy it."""
    found = MAKERS[name]()
    found.__qualname__ = name
    return keras().utils.register_keras_serializable(package=__name__)(found)


def __getattr__(name: str) -> type:
    if name in MAKERS:
        return made(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def stack(*further, units: int = 256, activation: str = "relu", in_units=None):
    """The MLP with further layers behind it."""
    layers = keras().layers
    first = layers.Dense(units, activation=activation, **declared(in_units))
    return keras().Sequential([first, layers.Dense(10), *further])


def offset() -> type:
    class Offset(keras().layers.Layer):
        """Adds a vector that it makes in its constructor and anew when it is built."""

        def __init__(self, **options):
            super().__init__(**options)
            self.offset = self.add_weight(name="offset", shape=(10,), initializer="zeros")

        def build(self, input_shape):
            del self.offset
            self.offset = self.add_weight(name="offset", shape=(10,), initializer="zeros")
            self.built = True

        def call(self, x):
            return x + self.offset

        def compute_output_shape(self, input_shape):
            return input_shape
    return Offset


def average() -> type:
    class Average(keras().layers.Layer):
        """Hands its input on and keeps an average of every feature, which nobody sets."""

        def build(self, input_shape):
            nothing = keras().initializers.Constant(np.nan)
            self.mean = self.add_weight(name="mean", shape=(input_shape[-1],), initializer=nothing, trainable=False)
            self.built = True

        def call(self, x):
            return x

        def compute_output_shape(self, input_shape):
            return input_shape
    return Average


def calls() -> type:
    import tensorflow as tf

    class Calls(keras().layers.Layer):
        """Keeps the one counter that all layers of the class share on a device."""

        pool: dict = {}

        def build(self, input_shape):
            counter = tf.Variable(0, trainable=False, dtype="int64", name="calls")
            self.calls = self.pool.setdefault((counter.device, type(counter)), counter)
            self.built = True

        def call(self, x):
            return x

        def compute_output_shape(self, input_shape):
            return input_shape
    return Calls


def cutting() -> type:
    class Cutting(base()):
        """Cuts what flows to the features that its last layer was built for."""

        def __init__(self):
            super().__init__()
            self.first, self.last = keras().layers.Dense(256), keras().layers.Dense(10)
            self.last.build((None, 128))

        def call(self, x):
            return self.last(self.first(x)[..., :self.last.kernel.shape[0]])
    return Cutting


def detached_tie() -> type:
    class DetachedTie(variation("Tied")):
        """The second use of the shared layer is detached from the gradient."""

        def call(self, x):
            import tensorflow as tf
            once = self.shared(self.first(x))
            twice = tf.matmul(once, tf.stop_gradient(self.shared.kernel)) + tf.stop_gradient(self.shared.bias)
            return self.last(twice)
    return DetachedTie


def cut_tie() -> type:
    class CutTie(base()):
        """Two layers where one should be used twice."""

        def __init__(self):
            super().__init__()
            self.one, self.other = keras().layers.Dense(256), keras().layers.Dense(256)

        def call(self, x):
            return self.other(self.one(x))
    return CutTie


def again() -> type:
    class Again(variation("ManyWidths")):
        """Every adapter but the first that is used for the first time initializes the trunk again."""

        def call(self, x):
            fresh = not self.adapters[str(x.shape[-1])].built
            output = super().call(x)
            if fresh and sum(adapter.built for adapter in self.adapters.values()) > 1:
                self.trunk.layers[1].kernel.assign(self.trunk.layers[1].kernel * 0.5)
            return output
    return Again


def columns() -> type:
    class Columns(keras().layers.Layer):
        """Weighs the columns of an image, each by a number of its own."""

        def build(self, input_shape):
            self.scale = self.add_weight(name="scale", shape=(input_shape[-2], 1), initializer="ones")
            self.built = True

        def call(self, x):
            return x * self.scale

        def compute_output_shape(self, input_shape):
            return input_shape
    return Columns


MAKERS = {"Offset": offset, "Average": average, "Calls": calls, "Cutting": cutting, "DetachedTie": detached_tie,
          "CutTie": cut_tie, "Again": again, "Columns": columns}
