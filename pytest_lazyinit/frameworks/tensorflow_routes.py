"""The routes that Keras offers its users: copying, initializing now, starting over, kinds of dry run.

A route is here because users have it, not because it works: one that does not is a departure from
the contract, to be seen and declared.
"""

from __future__ import annotations

import contextlib
import copy
import os
import pickle
import tempfile
from typing import Any, Callable, ContextManager, Mapping

import numpy as np

from . import tensorflow_layers as layers
from .base import Batch, Context, Registration
from .tensorflow_facts import initializer_of
from .tensorflow_placements import floatx, policy
from .tensorflow_queries import likely_shape

REGISTERED = 0.5
SET_KERNELS = ("*dense*/kernel", "conv[123]d*/kernel", "*/conv[123]d*/kernel")
"""Kernels of the layers that are known to ask their attribute for the initializer when they are built."""


def plain_call(model, *args, **kwargs):
    return model(*args, **kwargs)


# -- copying -----------------------------------------------------------------------------------------

def copies(adapter) -> Mapping[str, Callable[[Any], Any]]:
    """In memory, by configuration, and through a file."""
    keras = adapter.keras
    found = {
        "clone_model": whole(adapter, lambda model: keras.models.clone_model(model)),
        "from_config": lambda model: type(model).from_config(model.get_config()),
        "model_from_json": whole(adapter, lambda model: keras.models.model_from_json(model.to_json())),
        "layers.deserialize": lambda model: keras.layers.deserialize(keras.layers.serialize(model)),
    }
    for name in file_formats(adapter):
        found[f"save {name}"] = whole(adapter, lambda model, name=name: saved(adapter, model, name))
    named = {name: lambda model, route=route: with_classes(adapter, model, route) for name, route in found.items()}
    return {"copy.deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model)), **named}


def file_formats(adapter) -> tuple:
    """Endings that ``save`` knows; a plain folder is TensorFlow's SavedModel, which Keras 3 only exports."""
    major, minor = (int(part) for part in adapter.version.split(".")[:2])
    native = (".keras",) if (major, minor) >= (2, 12) else ()
    return (".h5",) + native + (() if adapter.keras3 else ("folder",))


def with_classes(adapter, model, route: Callable[[Any], Any]):
    """Classes that are not Keras' own must be named to everything that builds from a configuration."""
    classes = {type(layer).__name__: type(layer) for _, layer in layers.tree(model) if not shipped(layer)}
    with adapter.keras.utils.custom_object_scope(classes):
        return route(model)


def whole(adapter, route: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A route that only models have; a bare layer takes it as the one layer of a model."""
    def through(model):
        return route(model) if hasattr(model, "summary") else route(adapter.keras.Sequential([model])).layers[0]
    return through


def shipped(layer) -> bool:
    return type(layer).__module__.split(".")[0] in ("keras", "tf_keras")


def saved(adapter, model, ending: str):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model" if ending == "folder" else f"model{ending}")
        model.save(path)
        return adapter.keras.models.load_model(path)


# -- initializing now, starting over ---------------------------------------------------------------------

def registrations(adapter) -> Mapping[str, Registration]:
    """``build`` without dimensions, values without variables, and initializers set by hand."""
    values = [np.full((20, 256), REGISTERED, "float32")]
    return {
        "build(None)": Registration(lambda model: model.build(None)),
        "build((None, None))": Registration(lambda model: model.build((None,) * len(likely_shape(model)))),
        "set_weights": Registration(lambda model: model.set_weights(values)),
        "layer.kernel_initializer": Registration(lambda model: set_initializers(adapter, model),
                                                 dict.fromkeys(SET_KERNELS, REGISTERED)),
    }


def set_initializers(adapter, model) -> None:
    """An initializer in place of each kernel's; a layer of the user's own need not ask for it."""
    found = [layer for _, layer in layers.leaves(model)]
    if not all(shipped(layer) for layer in found):
        raise NotImplementedError("This model has layers of its own, which need not keep their initializer.")
    for layer in found:
        if "kernel" in initializer_of(layer):
            layer.kernel_initializer = adapter.keras.initializers.Constant(REGISTERED)


def restarts(adapter) -> Mapping[str, Callable[[Any, Batch], Any]]:
    """``build`` with another shape, and fresh models from this one's configuration.

    A copy by configuration is called at once: where it demands the old width, the call refuses.
    """
    def called(model, batch):
        model(*batch.args)
        return model

    routes = copies(adapter)
    found = {name: lambda model, batch, route=routes[name]: called(route(model), batch)
             for name in ("clone_model", "from_config", "model_from_json")}
    return {"build": rebuilt, "build of the first layer": rebuilt_first, **found}


def rebuilt(model, batch: Batch):
    model.build(tuple(batch.args[0].shape))
    return model


def rebuilt_first(model, batch: Batch):
    first = next((layer for _, layer in layers.leaves(model) if initializer_of(layer)), model)
    first.build(tuple(batch.args[0].shape))
    return model


# -- kinds of dry run --------------------------------------------------------------------------------------

def contexts(adapter) -> Mapping[str, Context]:
    """Scopes around the first pass, and first passes that are another call than the plain one."""
    found = {name: Context(scope) for name, scope in scopes(adapter).items()}
    for name, caller in callers(adapter).items():
        found[name] = Context(lambda caller=caller: calling(adapter, caller))
    return found


def scopes(adapter) -> Mapping[str, Callable[[], ContextManager]]:
    tf, keras = adapter.tf, adapter.keras
    found = {
        "GradientTape": tf.GradientTape,
        "stop_recording": lambda: unrecorded(tf),
        "ForwardAccumulator": lambda: tf.autodiff.ForwardAccumulator(tf.zeros(()), tf.zeros(())),
        "init_scope": tf.init_scope,
        "name_scope": lambda: tf.name_scope("scope"),
        "run_functions_eagerly": lambda: eagerly(tf),
        "policy mixed_float16": lambda: policy(adapter, "mixed_float16"),
        "floatx float64": lambda: floatx(adapter, "float64"),
    }
    if hasattr(keras, "StatelessScope"):
        found["StatelessScope"] = keras.StatelessScope
    return found


def callers(adapter) -> Mapping[str, Callable]:
    """By mode, compiled, by shape only, by the prediction loop."""
    tf, keras = adapter.tf, adapter.keras

    def closure(**options):
        return lambda model, *args, **kwargs: tf.function(lambda: model(*args, **kwargs), **options)()

    def traced(model, *args, **kwargs):
        return tf.function(model)(*args, **kwargs)

    def symbolic(model, *args, **kwargs):
        model(*[keras.Input(shape=arg.shape[1:], dtype=arg.dtype) for arg in args])
        return model(*args, **kwargs)

    def built(model, *args, **kwargs):
        model.build(tuple(args[0].shape))
        return model(*args, **kwargs)

    def predicted(model, *args, **kwargs):
        whole = model if hasattr(model, "predict") else keras.Sequential([model])  # a bare layer has no loop
        return whole.predict(*args, verbose=0, **kwargs)

    return {
        "training=True": lambda model, *args, **kwargs: model(*args, training=True, **kwargs),
        "training=False": lambda model, *args, **kwargs: model(*args, training=False, **kwargs),
        "tf.function": traced,
        "tf.function over a closure": closure(),
        "tf.function(jit_compile=True)": closure(jit_compile=True),
        "predict": predicted,
        "keras.Input": symbolic,
        "build(input_shape)": built,
    }


@contextlib.contextmanager
def calling(adapter, caller: Callable):
    before, adapter.caller = adapter.caller, caller
    try:
        yield
    finally:
        adapter.caller = before


@contextlib.contextmanager
def unrecorded(tf):
    with tf.GradientTape() as tape, tape.stop_recording():
        yield


@contextlib.contextmanager
def eagerly(tf):
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)
