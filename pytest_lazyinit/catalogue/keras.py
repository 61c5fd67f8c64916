"""The reference MLP in standalone Keras 3, on whatever backend is set up, and its variants: those of ``tf.keras``."""

from __future__ import annotations

from typing import Optional

from ..subjects import Subject
from . import tensorflow as recipes


def mlp(in_units: Optional[int] = None, hidden_units: Optional[int] = None, classes: int = 10, way: str = "input_shape"):
    """The chapter's network; ``in_units`` declares the first layer's input, ``hidden_units`` the second's."""
    return recipes.network(keras(), in_units, hidden_units, classes, way)


def keras():
    import keras
    return keras


def __getattr__(name: str) -> type:
    if name in recipes.MAKERS:
        return recipes.variation(name, __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def subject() -> Subject:
    """The reference MLP with all that is known of it."""
    return recipes.described("keras", __name__, mlp)
