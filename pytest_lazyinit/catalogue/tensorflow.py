"""The reference MLP of *Dive into Deep Learning*, section 6.4, in Keras, and its variants."""

from __future__ import annotations

from typing import Mapping, Optional

import numpy as np

from ..subjects import Subject, Variant

WIDTHS = (20, 30, 7)


def mlp(in_units: Optional[int] = None, hidden_units: Optional[int] = None):
    """The chapter's network; ``in_units`` declares the first layer's input, ``hidden_units`` the second's."""
    layers, models = keras().layers, keras().models
    return models.Sequential([layers.Dense(256, activation="relu", **declared(in_units)),
                              layers.Dense(10, **declared(hidden_units))])


def keras():
    import tensorflow
    return tensorflow.keras


def declared(units: Optional[int]) -> dict:
    return {} if units is None else {"input_shape": (units,)}


def reference(values: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The network's output, computed in NumPy."""
    hidden = np.maximum(x @ values["dense/kernel"] + values["dense/bias"], 0)
    return hidden @ values["dense_1/kernel"] + values["dense_1/bias"]


def late_conflict():
    """A lazy first layer, and a last one that is built for the 256 units and 20 features that it is fed together."""
    class Late(keras().Model):
        def __init__(self):
            super().__init__()
            self.first = keras().layers.Dense(256, activation="relu")
            self.join = keras().layers.Concatenate()
            self.last = keras().layers.Dense(10)
            self.last.build((None, 276))

        def call(self, x):
            return self.last(self.join([self.first(x), x]))
    return Late()


def tied():
    """One lazy layer used twice between the first and the last."""
    class Tied(keras().Model):
        def __init__(self):
            super().__init__()
            self.first = keras().layers.Dense(256, activation="relu")
            self.shared = keras().layers.Dense(256, activation="relu", name="shared")
            self.last = keras().layers.Dense(10)

        def call(self, x):
            return self.last(self.shared(self.shared(self.first(x))))
    return Tied()


def tied_conflict():
    """One lazy layer fed the input and then its own, wider output."""
    class Conflict(keras().Model):
        def __init__(self):
            super().__init__()
            self.shared = keras().layers.Dense(256)

        def call(self, x):
            return self.shared(self.shared(x))
    return Conflict()


def many_widths():
    """A lazy adapter for each width before one shared trunk."""
    class ManyWidths(keras().Model):
        def __init__(self):
            super().__init__()
            self.adapters = {str(width): keras().layers.Dense(256, name=f"adapter_{width}") for width in WIDTHS}
            self.trunk = keras().models.Sequential([keras().layers.ReLU(), keras().layers.Dense(10)], name="trunk")

        def call(self, x):
            return self.trunk(self.adapters[str(x.shape[-1])](x))
    return ManyWidths()


def subject() -> Subject:
    """The reference MLP with all that is known of it.

    Keras documents that a ``Sequential`` whose first layer knows its input builds every layer at once.
    """
    return Subject(
        builder=mlp, input_shape=(2, 20), name="MLP", framework="tensorflow", shipped=True,
        like=lambda: mlp(20, 256), twin_at=lambda width: mlp(width, 256), reference=reference,
        partial=Variant(builder=lambda: mlp(20), initialized=("*",)),
        conflict=Variant(builder=lambda: mlp(None, 128)),
        late_conflict=Variant(builder=late_conflict, widths=(30, 20)),
        tied=Variant(builder=tied, shared=("shared/*",), count=6),
        tied_conflict=Variant(builder=tied_conflict),
        many_widths=Variant(builder=many_widths, shared=("trunk/*",), widths=WIDTHS),
    )
