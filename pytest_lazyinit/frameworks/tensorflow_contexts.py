"""Kinds of dry run: scopes around the first pass, and calls that are not the plain one.

What TensorFlow adds to Keras' own is apart, for another backend adds something else.
"""

from __future__ import annotations

import contextlib
from typing import Callable, ContextManager, Mapping

from .base import Batch, Context, NotOffered
from .tensorflow_placements import floatx, policy
from .tensorflow_routes import one_shape, tensors

Scopes = Mapping[str, Callable[[], ContextManager]]
Callers = Mapping[str, Callable]
COSTLY = ("predict", "tf.function over a closure", "tf.function(jit_compile=True)")
"""What compiles anew for each model, beside the plain ``tf.function``; for the reference models."""


def plain_call(model, *args, **kwargs):
    return model(*args, **kwargs)


def contexts(adapter, scopes: Scopes, callers: Callers) -> Mapping[str, Context]:
    """Scopes around the first pass, and first passes that are another call than the plain one."""
    found = {name: Context(scope) for name, scope in scopes.items()}
    calls = adapter.calls
    if calls.call is not None or calls.train is not None or calls.first_pass is not None:
        return found  # the author says how the model is called, and it is called so
    for name, caller in callers.items():
        found[name] = Context(lambda caller=caller: calling(adapter, caller), costly=name in COSTLY)
    return found


# -- Keras' own --------------------------------------------------------------------------------------------

def keras_scopes(adapter) -> Scopes:
    found = {"policy mixed_float16": lambda: policy(adapter, "mixed_float16"),
             "floatx float64": lambda: floatx(adapter, "float64")}
    if hasattr(adapter.keras, "StatelessScope"):
        found["StatelessScope"] = adapter.keras.StatelessScope
    return found


def keras_callers(adapter) -> Callers:
    """By mode, by shape only, by the prediction loop."""
    keras, nest = adapter.keras, adapter.nest

    def placeholder(leaf):
        return keras.Input(shape=leaf.shape[1:], dtype=dtype_of(leaf)) if isinstance(leaf, adapter.dense_types) else leaf

    def dtype_of(leaf):
        return keras.backend.standardize_dtype(leaf.dtype) if adapter.keras3 else leaf.dtype

    def symbolic(model, *args, **kwargs):
        tensors(adapter, args, kwargs)
        asked, named = nest.map_structure(placeholder, (args, dict(kwargs)))
        model(*asked, **named)
        return model(*args, **kwargs)

    def built(model, *args, **kwargs):
        model.build(one_shape(adapter, Batch(args, kwargs)))
        return model(*args, **kwargs)

    def predicted(model, *args, **kwargs):
        if len(args) != 1 or kwargs or len(tensors(adapter, args, kwargs)) != len(nest.flatten(args)):
            raise NotOffered("predict() takes one nest of tensors, and this model takes other inputs.")
        whole = model if hasattr(model, "predict") else keras.Sequential([model])  # a bare layer has no loop
        return whole.predict(*args, verbose=0)

    return {
        "training=True": lambda model, *args, **kwargs: model(*args, training=True, **kwargs),
        "training=False": lambda model, *args, **kwargs: model(*args, training=False, **kwargs),
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


# -- TensorFlow's --------------------------------------------------------------------------------------------

def tensorflow_scopes(tf) -> Scopes:
    return {
        "GradientTape": tf.GradientTape,
        "stop_recording": lambda: unrecorded(tf),
        "ForwardAccumulator": lambda: tf.autodiff.ForwardAccumulator(tf.zeros(()), tf.zeros(())),
        "init_scope": tf.init_scope,
        "name_scope": lambda: tf.name_scope("scope"),
        "run_functions_eagerly": lambda: eagerly(tf),
    }


def tensorflow_callers(tf) -> Callers:
    """Compiled."""
    def closure(**options):
        return lambda model, *args, **kwargs: tf.function(lambda: model(*args, **kwargs), **options)()

    def traced(model, *args, **kwargs):
        return tf.function(model)(*args, **kwargs)

    return {"tf.function": traced, "tf.function over a closure": closure(), "tf.function(jit_compile=True)": closure(jit_compile=True)}


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
