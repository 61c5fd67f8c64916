"""Faults that show after the first pass: shapes, values, what the layer has become, how it learns."""

from __future__ import annotations

import numpy as np

from . import Planted
from .tensorflow_classes import around, calling, dense, keras, layers, then, variable

DENSE, CONV, LSTM, GRU = "layers.Dense(96)", "layers.Conv2D(96, 3)", "layers.LSTM(24)", "layers.GRU(24)"
NORM, TRANSPOSED = "layers.BatchNormalization()", "layers.Conv2DTranspose(96, 3)"


def scaled(name: str, factor: float, owner=dense):
    return then(lambda layer: variable(layer, name).assign(factor * np.array(variable(layer, name))), owner)


def set_to(name: str, value: float, owner=dense):
    return then(lambda layer: variable(layer, name).assign(np.full(variable(layer, name).shape, value, "float32")), owner)


def axis_one_for_channels(patch) -> None:
    def wrapper(original, self, input_shape):
        original(self, (*input_shape[:-1], input_shape[1]))
    around(patch, layers().Conv2D, "build", wrapper)


def swapped(patch) -> None:
    """A transposed convolution's kernel has its last two axes the other way round."""
    def wrapper(original, self, *args, **kwargs):
        if kwargs.get("name") == "kernel" and len(kwargs["shape"]) == 4:
            *field, outputs, inputs = kwargs["shape"]
            kwargs["shape"] = (*field, inputs, outputs)
        return original(self, *args, **kwargs)
    around(patch, layers().Conv2DTranspose, "add_weight", wrapper)


def statistics_of_one(patch) -> None:
    """Batch normalization keeps one mean for all features."""
    def wrapper(original, self, *args, **kwargs):
        if kwargs.get("name") == "moving_mean":
            kwargs["shape"] = (1,)
        return original(self, *args, **kwargs)
    around(patch, layers().BatchNormalization, "add_weight", wrapper)


def one_seed(patch) -> None:
    import tensorflow as tf

    def drawn(original, self, shape, *args, **kwargs):
        return original(type(self)(seed=0), shape, *args, **kwargs)
    around(patch, tf.keras.initializers.GlorotUniform, "__call__", drawn)


def drawn_at_each_pass(patch) -> None:
    def wrapper(original, self, inputs):
        found = original(self, inputs)
        self.kernel.assign(0.5 * self.kernel)
        return found
    calling(patch, dense(), wrapper)


def recreated(patch) -> None:
    """The second pass makes the variables anew."""
    def wrapper(original, self, inputs):
        found = original(self, inputs)
        self.passes = getattr(self, "passes", 0) + 1
        if self.passes == 2:
            import tensorflow as tf
            self.bias = tf.Variable(self.bias)
        return found
    calling(patch, dense(), wrapper)


def not_learning(patch) -> None:
    import tensorflow as tf
    calling(patch, dense(), lambda original, self, inputs: tf.stop_gradient(original(self, inputs)))


def frozen_by_prediction(patch) -> None:
    """A layer whose first pass is one of evaluation is never trained."""
    def wrapper(original, self, *args, **kwargs):
        fresh = not self.built
        found = original(self, *args, **kwargs)
        if fresh and kwargs.get("training") is False:
            self.trainable = False
        return found
    around(patch, keras().Model, "__call__", wrapper)


FAULTS = [
    Planted("after", "the kernel is zero", set_to("kernel", 0.0), ["after.distribution"]),
    Planted("after", "the bias begins at one", set_to("bias", 1.0), ["after.distribution"]),
    Planted("after", "the kernel is drawn half as large", scaled("kernel", 0.5), ["after.distribution"]),
    Planted("after", "a convolution's kernel is twice as large", scaled("kernel", 2.0, lambda: layers().Conv2D), ["after.distribution"], CONV),
    Planted("after", "a forget gate begins closed", set_to("bias", 0.0, lambda: layers().LSTMCell), ["after.distribution"], LSTM),
    Planted("after", "a recurrent kernel is not orthogonal", scaled("recurrent_kernel", 1.1, lambda: layers().GRUCell), ["after.distribution"], GRU),
    Planted("after", "the moving variance begins at zero", set_to("moving_variance", 0.0, lambda: layers().BatchNormalization), ["after.distribution"], NORM),
    Planted("after", "batch normalization keeps one mean for all features", statistics_of_one, ["after.shapes", "before.constructs"], NORM),
    Planted("after", "a convolution takes its channels from axis 1", axis_one_for_channels, ["after.shapes", "before.constructs"], CONV),
    Planted("after", "a transposed convolution's kernel has its last axes swapped", swapped, ["after.shapes", "before.constructs"], TRANSPOSED),
    Planted("after", "every kernel is drawn by one seed", one_seed, ["after.reproducible"]),
    Planted("after", "each pass shrinks the kernel", drawn_at_each_pass, ["after.idempotent"]),
    Planted("after", "the second pass makes another bias", recreated, ["after.idempotent"], DENSE),
    Planted("after", "no gradient reaches the variables", not_learning, ["after.gradients", "after.trains"]),
    Planted("after", "a first pass in evaluation freezes the model", frozen_by_prediction, ["after.context_free"]),
]
