"""Everything that asks a Keras model something: its values, its display, its facts."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping

from . import tensorflow_layers as layers
from .tensorflow_facts import flat, initializer_of

ATTRIBUTES = (
    "weights", "trainable_weights", "non_trainable_weights", "variables", "trainable_variables", "layers", "built",
    "trainable", "dtype", "dtype_policy", "input_spec", "inputs", "outputs", "input", "output", "input_shape",
    "output_shape", "losses", "updates", "metrics", "metrics_names", "submodules", "stateful", "name", "path",
    "supports_masking")
METHODS = ("get_weights", "count_params", "get_config", "to_json", "get_build_config", "get_compile_config")


def accesses(model) -> Mapping[str, Callable[[], Any]]:
    """Reading values and counting elements, of the model and of each layer that is not built."""
    found: Dict[str, Callable[[], Any]] = {}
    if hasattr(model, "summary") and not model.built:  # of an unbuilt layer, no weights is the documented answer
        found["get_weights()"] = lambda: model.get_weights()
        found["count_params()"] = lambda: model.count_params()
    for path, layer in layers.leaves(model):
        names = [] if layer.built else list(initializer_of(layer))
        if names:
            found[f"{path}.count_params()"] = lambda layer=layer: layer.count_params()
        for name in names:
            found.update(parameter_accesses(path, layer, name))
    return found


def parameter_accesses(path: str, layer, name: str) -> Mapping[str, Callable[[], Any]]:
    return {f"{path}.{name}.numpy()": lambda: getattr(layer, name).numpy(),
            f"{path}.{name} + 1": lambda: getattr(layer, name) + 1,
            f"{path}.{name}.shape": lambda: tuple(getattr(layer, name).shape)}


def display(model) -> Mapping[str, Callable[[], str]]:
    found: Dict[str, Callable[[], str]] = {"repr(model)": lambda: repr(model), "str(model)": lambda: str(model)}
    if hasattr(model, "summary"):
        found["summary()"] = lambda: summary(model)
    for path, layer in layers.leaves(model):
        if initializer_of(layer) and layer is not model:
            found[f"repr({path})"] = lambda layer=layer: repr(layer)
    return found


def summary(model, **options) -> str:
    lines: List[str] = []
    model.summary(print_fn=lambda line, *_, **__: lines.append(str(line)), **options)
    return "\n".join(lines)


def queries(adapter, model) -> Mapping[str, Callable[[], Any]]:
    """Attributes and methods that only ask; Keras 2 answers some of them with an error until built."""
    found: Dict[str, Callable[[], Any]] = {name: lambda name=name: getattr(model, name) for name in ATTRIBUTES}
    found.update({f"{name}()": lambda name=name: getattr(model, name)() for name in METHODS})
    found["summary()"] = lambda: summary(model)
    found["summary(expand_nested=True)"] = lambda: summary(model, expand_nested=True)
    for path, layer in layers.leaves(model):
        found[f"{path}.get_weights()"] = lambda layer=layer: layer.get_weights()
        found[f"{path}.get_config()"] = lambda layer=layer: layer.get_config()
        found[f"{path}.input_spec"] = lambda layer=layer: layer.input_spec
    found.update(shape_queries(adapter, model))  # last: where one builds the model, the others were asked before
    return found


def shape_queries(adapter, model) -> Mapping[str, Callable[[], Any]]:
    """Shape-only inference, by the ways of the installed Keras."""
    shape = likely_shape(model)
    found: Dict[str, Callable[[], Any]] = {"compute_output_shape()": lambda: model.compute_output_shape(shape)}
    if adapter.keras3:
        found["compute_output_spec()"] = lambda: model.compute_output_spec(adapter.keras.KerasTensor(shape))
    else:
        found["compute_output_signature()"] = lambda: model.compute_output_signature(adapter.tf.TensorSpec(shape))
    return found


def likely_shape(model) -> tuple:
    """A shape that the first layer with parameters would take: a query of shapes needs some shape."""
    with_parameters = [layer for _, layer in layers.leaves(model) if initializer_of(layer)][:1]
    for layer in [model, *with_parameters]:  # a recurrent layer says what it takes, and the cell inside it does not
        ranks = [spec.ndim or spec.min_ndim for spec in flat(getattr(layer, "input_spec", None)) if spec.ndim or spec.min_ndim]
        if ranks:
            return (2,) + (20,) * (ranks[0] - 1)
    return (2, 20)
