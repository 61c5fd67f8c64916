"""The routes that Keras offers its users: copying, initializing now, starting over.

A route is here because users have it, not because it works: one that does not is a departure from
the contract, to be seen and declared.
"""

from __future__ import annotations

import copy
import os
import pickle
import tempfile
from typing import Any, Callable, List, Mapping

import numpy as np

from . import tensorflow_layers as layers
from .base import Batch, NotOffered, Registration
from .tensorflow_facts import demanded_features, initializer_of, own_build
from .tensorflow_queries import likely_shape

REGISTERED = 0.5
SET_KERNELS = ("*dense*/kernel", "conv[123]d*/kernel", "*/conv[123]d*/kernel")
"""Kernels of the layers that are known to ask their attribute for the initializer when they are built."""


# -- copying -----------------------------------------------------------------------------------------

def copies(adapter) -> Mapping[str, Callable[[Any], Any]]:
    """In memory, by configuration, and through a file."""
    keras = adapter.keras
    found = {
        "clone_model": whole(adapter, lambda model: keras.models.clone_model(model)),
        "from_config": configured_again,
        "model_from_json": whole(adapter, lambda model: keras.models.model_from_json(model.to_json())),
        "layers.deserialize": lambda model: keras.layers.deserialize(keras.layers.serialize(model)),
    }
    for name in file_formats(adapter):
        found[f"save {name}"] = whole(adapter, lambda model, name=name: saved(adapter, model, name))
    named = {name: lambda model, route=route: with_classes(adapter, model, route) for name, route in found.items()}
    return {"copy.deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model)), **named}


def configured_again(model):
    """The second model of one configuration, which the first one leaves as it was."""
    configuration = model.get_config()
    type(model).from_config(configuration)
    return type(model).from_config(configuration)


def file_formats(adapter) -> tuple:
    """Endings that ``save`` knows; a plain folder is TensorFlow's SavedModel, which Keras 3 only exports."""
    major, minor = (int(part) for part in adapter.version.split(".")[:2])
    native = (".keras",) if (major, minor) >= (2, 12) else ()
    return (".h5",) + native + (() if adapter.keras3 else ("folder",))


def with_classes(adapter, model, route: Callable[[Any], Any]):
    """Classes that are not Keras' own must be named to everything that builds from a configuration."""
    classes = {type(layer).__name__: type(layer) for _, layer in layers.tree(model) if not layers.shipped(type(layer))}
    with adapter.keras.utils.custom_object_scope(classes):
        return route(model)


def whole(adapter, route: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A route that only models have; a bare layer takes it as the one layer of a model."""
    def through(model):
        return route(model) if hasattr(model, "summary") else route(adapter.keras.Sequential([model])).layers[0]
    return through


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
    if not all(layers.shipped(type(layer)) for layer in found):
        raise NotImplementedError("This model has layers of its own, which need not keep their initializer.")
    for layer in found:
        if "kernel" in initializer_of(layer):
            layer.kernel_initializer = adapter.keras.initializers.Constant(REGISTERED)


def restarts(adapter) -> Mapping[str, Callable[[Any, Batch], Any]]:
    """``build`` with another shape, and fresh models from this one's configuration.

    A copy by configuration is called at once: where it demands the old width, the call refuses.
    """
    def called(model, batch):
        if adapter.calls.first_pass is None:
            adapter.apply(model, batch)
        elif layers.named(model):
            raise NotOffered("The copy has its parameters already, and an initializer of the author's own would come second.")
        return model

    def rebuilt(model, batch):
        model.build(one_shape(adapter, batch))
        return model

    def rebuilt_first(model, batch):
        shape = one_shape(adapter, batch)
        first = facing(model)
        if first == [model] or len(layers.leaves(model)) > 1 and demanded_features(first[0]) is None:
            raise NotOffered("The model is itself its first layer, or its layers do not say which of them take the input.")
        for layer in first:
            layer.build(shape)
        return model

    routes = copies(adapter)
    found = {name: lambda model, batch, route=routes[name]: called(route(model), batch)
             for name in ("clone_model", "from_config", "model_from_json")}
    return {"build": rebuilt, "build of the first layer": rebuilt_first, **found}


def facing(model) -> List[Any]:
    """The first layer with parameters, and the others that demand as many features as it does; one that builds those inside itself, whole."""
    whole = [layer for _, layer in layers.tree(model) if layers.children(layer) and own_build(layer)]
    if whole:
        return whole[:1]
    found = [layer for _, layer in layers.leaves(model) if initializer_of(layer)] or [model]
    return [layer for layer in found if layer is found[0] or demanded_features(layer) == demanded_features(found[0]) is not None]


def one_shape(adapter, batch: Batch) -> tuple:
    """The shape for ``build()``, which in Keras is that of one tensor.

    Raises
    ------
    NotOffered
        For inputs of another form.
    """
    found = tensors(adapter, batch.args, batch.kwargs)
    if len(found) != 1 or len(batch.args) != 1 or found[0] is not batch.args[0]:
        raise NotOffered("build() takes the shape of one tensor, and this model takes other inputs.")
    return tuple(found[0].shape)


def tensors(adapter, args: tuple, kwargs: Mapping[str, Any]) -> List[Any]:
    """The dense tensors among the inputs.

    Raises
    ------
    NotOffered
        Where a leaf is sparse, ragged or a scalar, so that neither `keras.Input` nor a prediction loop takes it.
    """
    flat = adapter.nest.flatten((args, dict(kwargs)))
    dense = [leaf for leaf in flat if isinstance(leaf, adapter.dense_types)]
    if any(isinstance(leaf, adapter.sparse_types) for leaf in flat) or any(len(leaf.shape) == 0 for leaf in dense):
        raise NotOffered("An input of this model is sparse, ragged or a scalar.")
    return dense
