"""Every deferred layer of Keras 2 and 3, with the options that touch its parameters.

A layer is covered where it makes its variables at the first pass, be their shapes those of the input or not.
"""

from __future__ import annotations

import inspect
import types
from dataclasses import replace
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Set, Tuple

import numpy as np

from . import tensorflow_convolutions, tensorflow_features, tensorflow_recurrent
from .recipes import Code, Recipe

FRAMEWORK = "tensorflow"

NOT_LAZY: Mapping[str, str] = {
    "Discretization": "Its one variable collects what adapt() sees; a pass makes none whose shape is the input's, and the input is no batch of features.",
    "FlaxLayer": "It holds a module of Flax, whose parameters Flax makes, and runs on JAX.",
    "JaxLayer": "It holds a function of JAX, whose parameters that function makes, and runs on JAX.",
    "Wrapper": "It is a base class: it has no pass of its own.",
}
"""Exported layers with variables that are none of the catalogue's, and why; all others are told apart by introspection."""

MAKES = ("add_weight", "add_variable")
TAKES = ("layer", "cell", "cells")
"""Constructor's parameters by which a layer is given others."""

# The eager twin is built by the same code: that it departs as well excuses nothing.
RECIPES: List[Recipe] = [replace(recipe, documented=True) for part in (tensorflow_features, tensorflow_convolutions, tensorflow_recurrent) for recipe in part.RECIPES]


def names() -> Mapping[str, Any]:
    """What the code of a recipe may name."""
    import tensorflow as tf
    return {"layers": tf.keras.layers, "built": built, "np": np, "chain": lambda *layers: tf.keras.Sequential(layers)}


def built(layer: Any, *shapes: tuple) -> Any:
    """The eager layer: built at once for the input that it is going to get, instead of by its first pass."""
    layer.build(*shapes)
    return layer


def exported() -> List[str]:
    """The layers of this version that make variables, or layers that do, without those of `NOT_LAZY`."""
    return [name for name in weighted() if name not in NOT_LAZY]


def weighted() -> List[str]:
    """The exported layers whose code makes variables, makes layers that do, or takes layers from outside."""
    found = classes()
    asked = {kind: called(kind) for kind in found}
    making = {kind for kind in found if asked[kind] & set(MAKES) or set(parameters(kind)) & set(TAKES)}
    labels = {kind.__name__ for kind in making}
    return sorted(name for kind, name in found.items() if kind in making or asked[kind] & labels)


def classes() -> Dict[type, str]:
    """The exported layers, each by its own name where it has aliases, and by the first one where none is its own."""
    from tensorflow.keras import layers
    found: Dict[type, str] = {}
    for name in sorted(dir(layers)):
        kind = getattr(layers, name)
        if isinstance(kind, type) and issubclass(kind, layers.Layer) and kind is not layers.Layer:
            found[kind] = name if name == kind.__name__ else found.get(kind, name)
    return found


def own_bases(kind: type) -> List[type]:
    """A layer's class and those that it derives from, up to where they are no layers of their own."""
    from tensorflow.keras.layers import Layer
    return [base for base in kind.__mro__ if not issubclass(Layer, base)]


def parameters(kind: type) -> List[str]:
    return [name for base in own_bases(kind) if "__init__" in vars(base) for name in inspect.signature(base.__init__).parameters]


def called(kind: type) -> Set[str]:
    """What the code of a layer's class names: functions, attributes, classes."""
    return {name for base in own_bases(kind) for attribute in vars(base).values() for name in named(attribute)}


def named(attribute: Any, depth: int = 0) -> Iterator[str]:
    """The names in the code of a method, and of what a decorator keeps of it."""
    function = getattr(attribute, "__func__", attribute)
    if not isinstance(function, types.FunctionType) or depth > 3:
        return
    yield from in_code(function.__code__)
    for cell in function.__closure__ or ():
        yield from named(cell.cell_contents, depth + 1)


def in_code(code: types.CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from in_code(constant)


# -- random chains: what holds the layers, whether there are eager twins and how they are made, layers without parameters by rank, shapes without running --
CHAIN, TWINS, EAGER = "chain({})", True, "built({}, {})"
UNITS, SIZES = tensorflow_features.UNITS, tensorflow_convolutions.SIZES
BETWEEN: List[Recipe] = [
    *(Recipe("layers.ReLU()", (4, *size, 10)) for size in ((), *SIZES.values())),
    Recipe("layers.MaxPooling2D(2)", (4, *SIZES[2], 10)),
    *(Recipe("layers.Flatten()", (4, *size, 10)) for size in SIZES.values()),
]


def output_shapes(code: Code, shape: Sequence[int]) -> List[Tuple[int, ...]]:
    """The shapes of a layer's outputs, as its symbolic call tells them; it leaves sizes open that it is not told, as those of an equation."""
    import tensorflow as tf
    found = [tuple(leaf.shape) for leaf in tf.nest.flatten(code()(tf.keras.Input(shape=shape[1:], batch_size=shape[0])))]
    return found if all(None not in sizes for sizes in found) else [tuple(leaf.shape) for leaf in tf.nest.flatten(code()(tf.ones(shape)))]
