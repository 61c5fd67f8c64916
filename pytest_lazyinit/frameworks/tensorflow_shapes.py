"""What TensorFlow and Keras say of shapes alone: the output's, and in Keras 2 the parameters' of a graph that is never run."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List

import numpy as np

from . import tensorflow_layers as layers
from .base import Batch, NotOffered
from .tensorflow_routes import one_shape, tensors
from .transforms import Inferred
from .words import Costly


def abstractions(adapter) -> Dict[str, Callable[[Callable[[], Any], Batch], Inferred]]:
    """What an output's shape will be, and in Keras 2 those of the parameters, by a graph that is never run."""
    found = {"compute_output_shape": lambda build, batch: output_shape(adapter, build(), batch)}
    if adapter.keras3:
        found["compute_output_spec"] = lambda build, batch: output_spec(adapter, build(), batch)
    else:
        found["compute_output_signature"] = Costly(lambda build, batch: output_signature(adapter, build(), batch))
        found["built in a tf.Graph"] = lambda build, batch: in_a_graph(adapter, build, batch)
    return found


def output_shape(adapter, model, batch: Batch) -> Inferred:
    try:
        found = model.compute_output_shape(one_shape(adapter, batch))
    except NotImplementedError as error:
        raise NotOffered(f"{type(model).__name__} does not say its output's shape, which Keras leaves to its author.") from error
    return told(adapter, model, [shape_of(found)])


def output_signature(adapter, model, batch: Batch) -> Inferred:
    (leaf,) = batch.args if one_shape(adapter, batch) else ()
    found = model.compute_output_signature(adapter.tf.TensorSpec(leaf.shape, leaf.dtype))
    return told(adapter, model, [shape_of(spec.shape) for spec in adapter.nest.flatten(found)])


def output_spec(adapter, model, batch: Batch) -> Inferred:
    tensors(adapter, batch.args, batch.kwargs)
    args, kwargs = adapter.nest.map_structure(functools.partial(symbolic, adapter), (batch.args, dict(batch.kwargs)))
    found = adapter.nest.flatten(model.compute_output_spec(*args, **kwargs))
    return told(adapter, model, [shape_of(spec.shape) for spec in found])


def symbolic(adapter, leaf: Any) -> Any:
    if not isinstance(leaf, adapter.dense_types):
        return leaf
    return adapter.keras.KerasTensor(tuple(leaf.shape), dtype=adapter.keras.backend.standardize_dtype(leaf.dtype))


def shape_of(found: Any) -> tuple:
    if any(isinstance(size, (tuple, list, dict)) for size in found):
        raise NotOffered("The model has several outputs, of which compute_output_shape speaks in a form of its own.")
    return tuple(found)


def told(adapter, model, shapes: List[tuple]) -> Inferred:
    """The output's shapes, and what was allocated on the way."""
    return Inferred(None, sum(value.nbytes for value in adapter.values(model).values()), model, shapes)


def in_a_graph(adapter, build, batch: Batch) -> Inferred:
    """Variables of a graph have a shape, and memory only when a session initializes them."""
    tf = adapter.tf

    def placeholder(leaf):
        return tf.compat.v1.placeholder(leaf.dtype, leaf.shape) if isinstance(leaf, adapter.dense_types) else leaf
    tensors(adapter, batch.args, batch.kwargs)
    with tf.Graph().as_default():
        model = build()
        adapter.run(model, Batch(*adapter.nest.map_structure(placeholder, (batch.args, dict(batch.kwargs)))))
        found = layers.named(model)
        held = sum(int(np.prod(entry.variable.shape)) * entry.variable.dtype.size for entry in found if layers.holds_value(entry.variable))
        return Inferred({entry.name: tuple(entry.variable.shape) for entry in found}, held)
