"""Faults that show before the first pass: what is remembered, refused, copied and asked."""

from __future__ import annotations

import copy

from . import Planted
from .tensorflow_classes import around, dense, keras, layers, then

DENSE = "layers.Dense(96)"


def holds_memory(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        import numpy as np
        original(self, *args, **kwargs)
        self.held = np.zeros((64, self.units), "float32")
    around(patch, dense(), "__init__", wrapper)


def one_feature_at_once(patch) -> None:
    """A layer is built for one feature when it is constructed, and again at the first pass."""
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.kernel = self.add_weight(name="kernel", shape=(1, self.units))
    around(patch, dense(), "__init__", wrapper)


def built_from_the_start(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.built = True
    around(patch, dense(), "__init__", wrapper)


def dtype_forgotten(patch) -> None:
    around(patch, layers().Layer, "add_weight", lambda original, self, *args, **kwargs: original(self, *args, **{**kwargs, "dtype": "float32"}))


def device_forgotten(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        import tensorflow as tf
        with tf.device("CPU:0"):
            original(self, *args, **kwargs)
    around(patch, dense(), "build", wrapper)


def copies_are_the_same(patch) -> None:
    patch.setattr(dense(), "__deepcopy__", lambda self, memo: self, raising=False)


def configured_without(name: str):
    def plant(patch) -> None:
        around(patch, dense(), "get_config", lambda original, self: {key: value for key, value in original(self).items() if key != name})
    return plant


def copies_are_built(patch) -> None:
    original = dense().from_config.__func__

    def from_config(cls, config):
        made = original(cls, config)
        made.build((None, 1))
        return made
    patch.setattr(dense(), "from_config", classmethod(from_config))


def reads_as_none(patch) -> None:
    patch.setattr(dense(), "kernel", None, raising=False)


def text_fails(patch) -> None:
    patch.setattr(dense(), "__repr__", lambda self: f"Dense{self.kernel.shape}")


def asking_builds(patch) -> None:
    def wrapper(original, self, input_shape):
        if not self.built:
            self.build(input_shape)
            self.built = True
        return original(self, input_shape)
    around(patch, dense(), "compute_output_shape", wrapper)


def unknown_is_one(patch) -> None:
    def wrapper(original, self, input_shape):
        original(self, (None, 1) if input_shape is None or input_shape[-1] is None else input_shape)
    around(patch, dense(), "build", wrapper)


def first_initializer_counts(patch) -> None:
    def made(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.first_initializer = copy.copy(self.kernel_initializer)

    def built(original, self, *args, **kwargs):
        self.kernel_initializer = self.first_initializer
        original(self, *args, **kwargs)
    around(patch, dense(), "__init__", made)
    around(patch, dense(), "build", built)


def given_values_lost(patch) -> None:
    """set_weights() of a model that is not built is accepted and does nothing."""
    def wrapper(original, self, weights):
        if self.built:
            original(self, weights)
    around(patch, keras().Model, "set_weights", wrapper)


FAULTS = [
    Planted("before", "an array as large as the kernel is held before the first pass", holds_memory, ["before.allocates_nothing"]),
    Planted("before", "a kernel for one feature is made in the constructor", one_feature_at_once, ["before.uninitialized", "after.shapes", "before.constructs"], DENSE),
    Planted("before", "a layer says that it is built and has no variables", built_from_the_start, ["before.uninitialized", "after.shapes", "before.constructs"], DENSE),
    Planted("before", "the policy in force is forgotten when variables are made", dtype_forgotten, ["before.placement_remembered"]),
    Planted("before", "the device of the first pass is forgotten when variables are made", device_forgotten, ["before.placement_remembered"]),
    Planted("before", "a layer that was frozen before it is built is trained", then(lambda layer: setattr(layer, "trainable", True)),
            ["before.placement_remembered", "after.gradients"]),
    Planted("before", "a deep copy of an untouched layer is the layer itself", copies_are_the_same, ["before.copies_stay_lazy"]),
    Planted("before", "a configuration leaves out that the layer is frozen", configured_without("trainable"), ["before.copies_stay_lazy"]),
    Planted("before", "a copy by configuration is built at once", copies_are_built, ["before.copies_stay_lazy"]),
    Planted("before", "the kernel of an untouched layer reads as None", reads_as_none, ["before.access_refused"]),
    Planted("before", "printing a layer that is not built fails", text_fails, ["before.display"], DENSE),
    Planted("before", "asking for the output's shape builds the layer", asking_builds, ["before.queries_have_no_effect", "transform.abstract"], DENSE),
    Planted("before", "build() with unknown features makes a kernel for one", unknown_is_one, ["before.initialize_only_registers"]),
    Planted("before", "an initializer that is set before the first pass is not used", first_initializer_counts, ["before.initialize_only_registers"]),
    Planted("before", "values given to an untouched model are accepted and lost", given_values_lost, ["before.initialize_only_registers", "state.load_before"]),
]
