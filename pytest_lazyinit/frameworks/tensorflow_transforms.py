"""What TensorFlow and Keras offer around a whole model: compiled passes, other values, wrappers."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List, Mapping

import numpy as np

from . import tensorflow_layers as layers
from .base import Batch, NotOffered
from .tensorflow_routes import one_shape, tensors
from .tensorflow_shapes import abstractions  # noqa: F401 (asked of this module like the others)
from .tensorflow_states import Weights, tensorflow_of
from .transforms import Compiled
from .words import Costly

NUMBERS = (bool, int, float, np.generic)


# -- compiled -----------------------------------------------------------------------------------------------------------


def compilations(adapter) -> Dict[str, Compiled]:
    """``tf.function`` in its forms, and the loops of ``Model.compile``."""
    if adapter.calls.first_pass is not None:
        raise NotOffered("This model is initialized in a way of its author's own, which nobody compiles.")
    return {**(functions(adapter) if tensorflow_of(adapter) is not None else {}), **loops(adapter)}


def functions(adapter) -> Dict[str, Compiled]:
    tf = tensorflow_of(adapter)
    relaxed = "reduce_retracing" if "reduce_retracing" in tf.function.__doc__ + str(tf.function.__code__.co_varnames) else "experimental_relax_shapes"
    options = {"": {}, "(autograph=False)": {"autograph": False}, f"({relaxed}=True)": {relaxed: True}}
    found = {f"tf.function{name}": Compiled(lambda model, batch, how=how: tf.function(passing(adapter, model), **how), costly=bool(name)) for name, how in options.items()}
    found["tf.function(input_signature)"] = Compiled(lambda model, batch: signed(adapter, tf, model, batch), costly=True)
    found["get_concrete_function"] = Compiled(lambda model, batch: concrete(adapter, tf, model, batch), sizes=False, costly=True)
    found["tf.function(jit_compile=True)"] = Compiled(lambda model, batch: tf.function(passing(adapter, model), jit_compile=True), costly=True)
    return found


def passing(adapter, model) -> Callable[..., Any]:
    """The model as its author calls it; plain numbers among the outputs, which ``tf.function`` makes tensors of, are left out as in an eager pass."""
    def run(*args, **kwargs):
        return adapter.nest.map_structure(lambda leaf: None if isinstance(leaf, NUMBERS) else leaf, adapter.run(model, Batch(args, kwargs)))
    return run


def with_numbers(adapter, batch: Batch) -> Batch:
    """Scalars of NumPy as Python's: ``tf.function`` makes a tensor of the one and hands the other through."""
    args, kwargs = adapter.nest.map_structure(lambda leaf: leaf.item() if isinstance(leaf, np.generic) else leaf, (batch.args, dict(batch.kwargs)))
    return Batch(args, kwargs)


def signed(adapter, tf, model, batch: Batch):
    """With a signature that leaves the batch size open."""
    shape = one_shape(adapter, batch)
    return tf.function(passing(adapter, model), input_signature=[tf.TensorSpec((None, *shape[1:]), batch.args[0].dtype)])


def concrete(adapter, tf, model, batch: Batch):
    """Traced for one batch, and then run without the Python code."""
    tensors(adapter, batch.args, batch.kwargs)
    if batch.kwargs or len(adapter.nest.flatten(batch.args)) != len(batch.args):
        raise NotOffered("A concrete function is asked here for plain positional tensors.")
    return tf.function(passing(adapter, model)).get_concrete_function(*batch.args)


def loops(adapter) -> Dict[str, Compiled]:
    """Prediction and training by ``Model.compile``, whose steps Keras compiles unless told not to."""
    return {
        "predict": Compiled(lambda model, batch: predicting(adapter, model), costly=True),
        "predict_on_batch, run_eagerly=True": Compiled(lambda model, batch: on_batch(adapter, model), costly=True),
        "train_on_batch": Compiled(lambda model, batch: trained(adapter, model, "train_on_batch"), sizes=False, costly=True),
        "fit": Compiled(lambda model, batch: trained(adapter, model, "fit", verbose=0), sizes=False, costly=True),
    }


def looped(adapter, model, args: tuple, kwargs: Mapping[str, Any]):
    """A model with loops, or one around a bare layer."""
    if adapter.calls.call is not None or adapter.calls.train is not None:
        raise NotOffered("Keras' loops call the model itself, and tell it the mode in their own way.")
    if len(args) != 1 or kwargs or len(tensors(adapter, args, kwargs)) != len(adapter.nest.flatten(args)):
        raise NotOffered("Keras' loops take one nest of tensors, and this model takes other inputs.")
    return model if hasattr(model, "predict") else adapter.keras.Sequential([model])


def predicting(adapter, model) -> Callable[..., Any]:
    return lambda *args, **kwargs: looped(adapter, model, args, kwargs).predict(*args, verbose=0)


def on_batch(adapter, model) -> Callable[..., Any]:
    def run(*args, **kwargs):
        whole = looped(adapter, model, args, kwargs)
        whole.compile(run_eagerly=True)
        return whole.predict_on_batch(*args)
    return run


def trained(adapter, model, method: str, **how: Any) -> Callable[..., Any]:
    """A training step that moves nothing, then the output; statistics would be moved and change it."""
    def run(*args, **kwargs):
        whole, keras = looped(adapter, model, args, kwargs), adapter.keras
        rows = len(args[0])
        whole.compile(keras.optimizers.SGD(learning_rate=0.0), "mse")
        getattr(whole, method)(args[0], np.zeros((rows, 1), "float32"), **how)
        if any(layers.is_buffer(entry) for entry in layers.named(model)):
            raise NotOffered("Training moves the model's statistics, so that its output is another one.")
        return model(*args)
    return run


# -- other values -------------------------------------------------------------------------------------------------------


def functionals(adapter) -> Dict[str, Callable[[Any, Weights, Batch], Any]]:
    """``stateless_call`` of Keras 3."""
    def stateless(model, kept: Weights, batch: Batch):
        if adapter.calls.call is not None or adapter.calls.train is not None:
            raise NotOffered("stateless_call calls the model itself.")
        given = {entry.name: value for value, entry in zip(kept, kept.entries)}
        names = {id(entry.variable): entry.name for entry in layers.named(model)}

        def values(variables) -> List[Any]:
            return [given[names[id(one)]] if names.get(id(one)) in given else one.value for one in variables]
        return model.stateless_call(values(model.trainable_variables), values(model.non_trainable_variables), *batch.args, **batch.kwargs)[0]
    return {"stateless_call": stateless}


# -- wrappers -----------------------------------------------------------------------------------------------------------


def wrappers(adapter) -> Dict[str, Callable[[Any], Any]]:
    """A model inside another one, a wrapper around each of its layers, and what Keras 3 does to layers that are built."""
    keras = adapter.keras
    found = {
        "Sequential([model])": lambda model: keras.Sequential([model]),
        "a subclassed keras.Model around": lambda model: around(keras)(model),
        "compile()": Costly(compiled),
    }
    if hasattr(keras.layers, "SpectralNormalization"):
        found["SpectralNormalization of each layer"] = Costly(lambda model: normalized(keras, model))
    if hasattr(keras.layers.Dense, "enable_lora"):
        found["enable_lora()"] = lambda model: adapted(model)
    if hasattr(keras.layers.Layer, "quantize"):
        found["quantize(int8)"] = lambda model: quantized(model)
    return found


@functools.lru_cache(maxsize=None)
def around(keras) -> type:
    class Around(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, *args, **kwargs):
            return self.inner(*args, **kwargs)
    return Around


def compiled(model):
    if not hasattr(model, "compile"):
        raise NotOffered("A layer has no compile().")
    model.compile("sgd", "mse")
    return model


def normalized(keras, model):
    if type(model) is not keras.Sequential:
        raise NotOffered("The layers of this model cannot be exchanged from outside.")
    return keras.Sequential([keras.layers.SpectralNormalization(layer) if hasattr(layer, "kernel_initializer") else layer for layer in model.layers])


def adapted(model):
    found = [layer for _, layer in layers.leaves(model) if hasattr(layer, "enable_lora")]
    if not found:
        raise NotOffered("No layer of this model takes an adapter of low rank.")
    for layer in found:
        layer.enable_lora(2)
    return model


def quantized(model):
    model.quantize("int8")
    return model
