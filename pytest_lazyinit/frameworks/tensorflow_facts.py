"""What Keras layers declare, how they are configured, and how their first values are documented."""

from __future__ import annotations

import contextlib
import importlib
import math
import re
from typing import Any, Dict, List, Mapping, Optional, Tuple

from .base import Initializer
from .tensorflow_layers import Named, children, is_buffer, join, kinds, leaves, named, shipped, tree, variable_label

DIMENSIONS = ("units", "filters", "input_dim", "output_dim")
"""Attributes in which Keras layers keep a dimension that their author declared."""

KERNELS = ("recurrent", "depthwise", "pointwise")
"""Initializers whose parameter is called a kernel: ``recurrent_initializer``, ``recurrent_kernel``."""

UNCOMPARED = {"name", "batch_input_shape", "batch_shape", "build_config", "build_input_shape"}
"""Configuration entries that are a name or a declaration of the input, which only the eager twin has."""

TRUNCATION = 0.87962566103423978
"""Standard deviation of a unit normal that is truncated at two deviations."""


# -- dimensions ----------------------------------------------------------------------------------------

def initializer_of(layer) -> Dict[str, Any]:
    """Parameter → initializer for all that a layer keeps in its attributes, built or not."""
    stems = [(name[:-len("_initializer")], kept) for name, kept in vars(layer).items()
             if name.endswith("_initializer") and not name.startswith("_") and kept is not None]
    return {f"{stem}_kernel" if stem in KERNELS else stem: kept for stem, kept in stems}


def promised(model) -> List[str]:
    """Parameters to come of the layers that are not built, and of an author's own layers with ``build()`` in general."""
    found = []
    for path, layer in leaves(model):
        if path and not layer.built:
            stems = [stem for stem in initializer_of(layer) if getattr(layer, f"use_{stem}", True)]
            found += [join(path, stem) for stem in stems or (["variables"] if own_build(layer) else [])]
    return found


def own_build(layer) -> bool:
    """Whether a class that is not Keras' says what is made when the layer is built."""
    return any("build" in vars(base) and not shipped(base) for base in type(layer).__mro__ if base is not object)


def declared(model) -> Dict[str, Optional[int]]:
    """Declared dimensions, and the feature dimension that a layer demands of its input (``None`` as yet)."""
    found: Dict[str, Optional[int]] = {}
    for path, layer in tree(model):  # not the leaves alone: a layer may make others when it is built
        own = {name: getattr(layer, name) for name in DIMENSIONS if isinstance(getattr(layer, name, None), int)}
        if demands_features(layer):
            own["input_features"] = demanded_features(layer)
        found.update({dotted(path, name): size for name, size in own.items()})
    return found


def demands_features(layer) -> bool:
    """Whether building a layer makes it demand a feature dimension; normalization over axes of its own does not."""
    told = "input_dim" in vars(layer) and demanded_features(layer) is None  # by the constructor; a convolutional cell is told when it is built
    return bool(flat(layer.input_spec)) and bool(initializer_of(layer)) and not told


def demanded_features(layer) -> Optional[int]:
    """The one input axis that ``input_spec`` fixes, ``None`` while it fixes none; a convolutional cell fixes the whole shape."""
    axes = [size for spec in flat(layer.input_spec) for size in (getattr(spec, "axes", None) or {}).values()]
    wholes = [tuple(spec.shape)[-1] for spec in flat(layer.input_spec) if getattr(spec, "shape", None)] if "Cell" in type(layer).__name__ else []
    return (axes or wholes or [None])[0]


def flat(specs: Any) -> List[Any]:
    return [] if specs is None else list(specs) if isinstance(specs, (list, tuple)) else [specs]


def dotted(path: str, key: str) -> str:
    return join(path, key).replace("/", ".")


# -- configuration -------------------------------------------------------------------------------------

def configuration(model) -> Dict[str, Any]:
    """Flags, configuration and repr of every layer without automatic names, and the shapes the model reports."""
    found: Dict[str, Any] = {"state_keys": [entry.name for entry in named(model)]}
    for shape in ("input_shape", "output_shape"):
        try:
            found[shape] = getattr(model, shape)
        except (AttributeError, RuntimeError):  # never called, or subclassed: Keras keeps no shape
            found[shape] = None
    if hasattr(model, "layers"):  # how often each is connected, in Keras 2: features are taken from the first connection
        found["connections"] = [len(getattr(layer, "inbound_nodes", ())) for layer in model.layers]
    for path, layer in tree(model):
        facts = {"class": type(layer).__name__, "built": layer.built, "trainable": layer.trainable,
                 "dtype": str(layer.dtype), "repr": anonymous(repr(layer))}
        if not children(layer):
            facts.update(config=layer_config(layer), input_features=demanded_features(layer))
        found.update({dotted(path, key): fact for key, fact in facts.items()})
    return found


def layer_config(layer) -> Any:
    try:
        return plain(layer.get_config())
    except NotImplementedError:  # a layer of the user's own whose arguments Keras cannot tell
        return None


def plain(config: Any) -> Any:
    """A configuration as data that compares: names dropped, tuples as lists, objects as text."""
    if isinstance(config, dict):
        return {str(key): plain(value) for key, value in config.items() if key not in UNCOMPARED}
    if isinstance(config, (list, tuple)):
        return [plain(value) for value in config]
    return config if isinstance(config, (str, int, float, bool, type(None))) else anonymous(repr(config))


def anonymous(text: str) -> str:
    """A repr without addresses and automatic counters."""
    return re.sub(r" at 0x[0-9a-fA-F]+|(?<=[a-z0-9])_\d+\b", "", text)


# -- initial values ------------------------------------------------------------------------------------

def initializers(model) -> Dict[str, Initializer]:
    """The documented distribution of trainable parameters, where layer and initializer tell it."""
    found = {}
    for entry in named(model):
        label, kept = variable_label(entry.variable), initializer_of(entry.owner)
        forget = label == "bias" and getattr(entry.owner, "unit_forget_bias", False)  # an LSTM's bias is ones in part
        if label in kept and not is_buffer(entry) and not forget:
            made = distribution(kept[label], entry)
            found.update({entry.name: made} if made else {})
    return found


def distribution(initializer, entry: Named) -> Optional[Initializer]:
    kind = type(initializer).__name__
    source = f"https://www.tensorflow.org/api_docs/python/tf/keras/initializers/{kind}"
    if kind in ("Zeros", "Ones"):
        return Initializer("constant", float(kind == "Ones"), source)
    if kind == "Constant":
        return Initializer("constant", float(initializer.value), source)
    if kind == "RandomUniform" and initializer.maxval == -initializer.minval:
        return Initializer("uniform", float(initializer.maxval), source)
    if kind == "RandomNormal" and initializer.mean == 0:
        return Initializer("normal", float(initializer.stddev), source)
    if kind == "TruncatedNormal" and initializer.mean == 0:
        return Initializer("truncated_normal", initializer.stddev * TRUNCATION, source)
    return variance_scaling(initializer, fans(entry), source) if "VarianceScaling" in kinds(initializer) else None


def variance_scaling(initializer, fan: Optional[Tuple[int, int]], source: str) -> Optional[Initializer]:
    """Glorot, He and LeCun are all variance scaling: scale over the fan that ``mode`` names."""
    if fan is None:
        return None
    size = {"fan_in": fan[0], "fan_out": fan[1]}.get(initializer.mode, sum(fan) / 2)
    deviation = math.sqrt(initializer.scale / max(1.0, size))
    if initializer.distribution == "uniform":
        return Initializer("uniform", deviation * math.sqrt(3), source)
    return Initializer("truncated_normal" if initializer.distribution == "truncated_normal" else "normal", deviation, source)


def fans(entry: Named) -> Optional[Tuple[int, int]]:
    """Inputs and outputs of a unit by what the layer computes, where that is beyond dispute."""
    shape, kind = tuple(entry.variable.shape), type(entry.owner).__name__
    if kind == "Dense" and len(shape) == 2:
        return shape
    if kind == "EinsumDense":
        return einsum_fans(entry.owner.equation, shape)
    if re.fullmatch(r"Conv[123]D(Transpose)?", kind) and len(shape) > 2:
        field = math.prod(shape[:-2])
        inputs, outputs = shape[:-3:-1] if kind.endswith("Transpose") else shape[-2:]
        return field * inputs, field * outputs
    return None


def einsum_fans(equation: str, shape: tuple) -> Tuple[int, int]:
    """The kernel's axes that the equation sums over, and those that it keeps."""
    kernel, result = re.match(r".*,(.*)->(.*)", equation).groups()
    summed = math.prod(size for axis, size in zip(kernel, shape) if axis not in result)
    return summed, math.prod(shape) // max(1, summed)


def onednn() -> Mapping[str, str]:
    """``{"onednn": "1"}`` where operations run in oneDNN, which TensorFlow decides by the processor, or by ``TF_ENABLE_ONEDNN_OPTS``."""
    with contextlib.suppress(ImportError, AttributeError):
        if importlib.import_module("tensorflow.python.util._pywrap_util_port").IsMklEnabled():
            return {"onednn": "1"}
    return {}
