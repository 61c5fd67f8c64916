"""Faults of Keras that show before the first pass."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from pytest_lazyinit.catalogue import tensorflow as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def dense() -> type:
    return catalogue.keras().layers.Dense


def scaled_by_data(*widths: int):
    """The MLP of somebody who computes a constant with tensors and reads it back in the constructor."""
    import tensorflow as tf
    net = catalogue.mlp(*widths)
    net.scale = float(tf.reduce_sum(tf.constant([0.5, 0.5])).numpy())
    return net


def subject_scaled_by_data():
    return replace(catalogue.subject(), builder=scaled_by_data, like=lambda: scaled_by_data(20, 256))


def features_forgotten():
    """The layers of a stack but the first demand any number of features once they are built."""
    sequential = catalogue.keras().Sequential
    right = sequential.call

    def call(self, inputs, training=None, mask=None):
        output = right(self, inputs, training=training, mask=mask)
        for layer in self.layers[1:]:
            layer.input_spec = catalogue.keras().layers.InputSpec(min_ndim=2)
        return output
    return patched(sequential, "call", call)


def buffer_in_the_constructor():
    import numpy as np
    right = dense().__init__

    def constructor(self, *args, **kwargs):
        right(self, *args, **kwargs)
        self.buffer = np.zeros((self.units,), "float32")
    return patched(dense(), "__init__", constructor)


def nothing_counted():
    layer = catalogue.keras().layers.Layer
    right = layer.count_params
    return patched(layer, "count_params", lambda self: right(self) if self.built else 0)


def shape_in_the_text():
    return patched(dense(), "__repr__", lambda self: f"Dense({self.kernel.shape[0]} -> {self.units})")


@contextlib.contextmanager
def initializer_of_the_constructor():
    """A layer draws its kernel by the initializer that its constructor was given, whatever the attribute says since."""
    construct, right = dense().__init__, dense().build

    def constructor(self, *args, **kwargs):
        construct(self, *args, **kwargs)
        self.drawing = self.kernel_initializer

    def build(self, input_shape):
        self.kernel_initializer = self.drawing
        right(self, input_shape)
    with patched(dense(), "__init__", constructor), patched(dense(), "build", build):
        yield


def first_device_always():
    import tensorflow as tf
    right = dense().build

    def build(self, input_shape):
        with tf.device("CPU:0"):
            right(self, input_shape)
    return patched(dense(), "build", build)


def trainability_left_out():
    right = dense().get_config
    return patched(dense(), "get_config", lambda self: {key: kept for key, kept in right(self).items() if key != "trainable"})


def first_layer_alone():
    """The MLP whose first layer is built for 20 features, and no other."""
    def builder():
        net = catalogue.mlp()
        net.layers[0].build((None, 20))
        return net
    return replace(catalogue.subject(), partial=Variant(builder, initialized=("*",)))


def shape_query_draws():
    import tensorflow as tf
    right = dense().compute_output_shape

    def compute_output_shape(self, input_shape):
        tf.random.uniform(())
        return right(self, input_shape)
    return patched(dense(), "compute_output_shape", compute_output_shape)


FAULTS = [
    Fault("before.constructs", "the constructor computes a constant with tensors and reads it back", subject=subject_scaled_by_data,
          follows=("transform.abstract",)),
    Fault("before.uninitialized", "a layer forgets which number of features it was built for", plant=features_forgotten,
          follows=("state.copy_after",)),
    Fault("before.allocates_nothing", "a buffer for the output is made in the constructor", plant=buffer_in_the_constructor),
    Fault("before.access_refused", "count_params() of a layer that is not built gives 0", plant=nothing_counted),
    Fault("before.display", "a layer's text asks for the shape of a kernel that is not there yet", plant=shape_in_the_text,
          follows=("state.load_before",)),
    Fault("before.initialize_only_registers", "an initializer set after construction is forgotten", plant=initializer_of_the_constructor),
    Fault("before.placement_remembered", "parameters go to the first device, whatever the scope says", plant=first_device_always),
    Fault("before.copies_stay_lazy", "a layer's configuration leaves out that it is frozen", plant=trainability_left_out),
    Fault("before.partial", "the first layer alone is initialized at once", subject=first_layer_alone),
    Fault("before.queries_have_no_effect", "asking for the output's shape draws a random number", plant=shape_query_draws),
]
