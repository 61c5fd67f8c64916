"""The reference MLP of *Dive into Deep Learning*, section 6.4, in Keras, and its variants."""

from __future__ import annotations

import functools
import sys
from typing import Callable, Mapping, Optional

import numpy as np

from ..subjects import Subject, Variant

WIDTHS = (20, 30, 7)


def mlp(in_units: Optional[int] = None, hidden_units: Optional[int] = None, classes: int = 10, way: str = "input_shape"):
    """The chapter's network; ``in_units`` declares the first layer's input, ``hidden_units`` the second's."""
    return network(keras(), in_units, hidden_units, classes, way)


def network(keras, in_units: Optional[int] = None, hidden_units: Optional[int] = None, classes: int = 10, way: str = "input_shape"):
    """The same with the Keras that is given, ``tf.keras`` or the standalone one; ``way`` is how the first layer's input is declared."""
    layers = keras.layers
    first = {"input_dim": in_units} if way == "input_dim" else declared(in_units) if way == "input_shape" else {}
    return keras.models.Sequential([*([keras.Input((in_units,))] if way == "Input" else []), layers.Dense(256, activation="relu", **first),
                                    layers.Dense(classes, **declared(hidden_units))])


def keras():
    import tensorflow
    return tensorflow.keras


def declared(units: Optional[int]) -> dict:
    return {} if units is None else {"input_shape": (units,)}


def reference(values: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The network's output, computed in NumPy."""
    hidden = np.maximum(x @ values["dense/kernel"] + values["dense/bias"], 0)
    return hidden @ values["dense_1/kernel"] + values["dense_1/bias"]


# -- variants that are no plain stack: subclassed models ---------------------------------------------------

@functools.lru_cache(maxsize=None)
def base(framework=None) -> type:
    class Variation((framework or keras()).Model):
        """With the two methods by which Keras 2 copies a subclassed model."""

        def get_config(self):
            return {}

        @classmethod
        def from_config(cls, config, custom_objects=None):
            return cls()
    return Variation


def late_conflict(keras) -> type:
    class LateConflict(base(keras)):
        """A lazy first layer; a last one built for the 256 units and 20 features that it is fed together."""

        def __init__(self):
            super().__init__()
            self.first = keras.layers.Dense(256, activation="relu")
            self.join = keras.layers.Concatenate()
            self.last = keras.layers.Dense(10)
            self.last.build((None, 276))

        def call(self, x):
            return self.last(self.join([self.first(x), x]))
    return LateConflict


def tied(keras) -> type:
    class Tied(base(keras)):
        """One lazy layer used twice between the first and the last."""

        def __init__(self):
            super().__init__()
            self.first = keras.layers.Dense(256, activation="relu")
            self.shared = keras.layers.Dense(256, activation="relu", name="shared")
            self.uses = [self.shared, self.shared]  # at several places of the model too
            self.last = keras.layers.Dense(10)

        def call(self, x):
            return self.last(self.shared(self.shared(self.first(x))))
    return Tied


def tied_conflict(keras) -> type:
    class TiedConflict(base(keras)):
        """One lazy layer fed the input and then its own, wider output."""

        def __init__(self):
            super().__init__()
            self.shared = keras.layers.Dense(256, name="shared")

        def call(self, x):
            return self.shared(self.shared(x))
    return TiedConflict


def many_widths(keras) -> type:
    class ManyWidths(base(keras)):
        """A lazy adapter for each width before one shared trunk."""

        def __init__(self):
            super().__init__()
            layers = keras.layers
            self.adapters = {str(width): layers.Dense(256, name=f"adapter_{width}") for width in WIDTHS}
            self.trunk = keras.models.Sequential([layers.ReLU(), layers.Dense(10)], name="trunk")

        def call(self, x):
            return self.trunk(self.adapters[str(x.shape[-1])](x))
    return ManyWidths


def normalized(keras) -> type:
    class Normalized(base(keras)):
        """A small tied MLP with batch statistics; eager where it is given its width."""

        def __init__(self, width=None):
            super().__init__()
            layers = keras.layers
            self.width = width
            self.first, self.norm = layers.Dense(8), layers.BatchNormalization()
            self.shared, self.last = layers.Dense(8, activation="relu", name="shared"), layers.Dense(10)
            for layer, size in [] if width is None else [(self.first, width), (self.norm, 8), (self.shared, 8), (self.last, 8)]:
                layer.build((None, size))

        def call(self, x):
            return self.last(self.shared(self.shared(keras.activations.relu(self.norm(self.first(x))))))

        def get_config(self):
            return {"width": self.width}

        @classmethod
        def from_config(cls, config, custom_objects=None):
            return cls(**config)
    return Normalized


MAKERS = {"LateConflict": late_conflict, "Tied": tied, "TiedConflict": tied_conflict, "ManyWidths": many_widths, "Normalized": normalized}


def variation(name: str, module: str = __name__) -> type:
    """A class of the above, made once and, with `__getattr__`, importable from ``module``, so that it pickles."""
    return _variation(name, module)


@functools.lru_cache(maxsize=None)
def _variation(name: str, module: str) -> type:
    framework = sys.modules[module].keras()
    made = MAKERS[name](framework)
    made.__module__, made.__qualname__ = module, name
    return framework.utils.register_keras_serializable(package=module)(made)  # without it Keras 3 copies no class but its own


def __getattr__(name: str) -> type:
    if name in MAKERS:
        return variation(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def subject() -> Subject:
    """The reference MLP with all that is known of it.

    Keras documents that a ``Sequential`` whose first layer knows its input builds every layer at once.
    """
    return described("tensorflow", __name__, mlp)


def described(framework: str, module: str, mlp: Callable) -> Subject:
    """The subject of one Keras, whose variants are importable from ``module``."""
    def made(name: str) -> Callable:
        return lambda: variation(name, module)()
    return Subject(
        builder=mlp, input_shape=(2, 20), name="MLP", framework=framework, shipped=True,
        like=lambda: mlp(20, 256), twin_at=lambda width: mlp(width, 256), reference=reference,
        partial=Variant(builder=lambda: mlp(20), initialized=("*",),
                        ways={"input_dim=": lambda: mlp(20, way="input_dim"), "keras.Input": lambda: mlp(20, way="Input")}),
        conflict=Variant(builder=lambda: mlp(None, 128)),
        late_conflict=Variant(builder=made("LateConflict"), widths=(30, 20)),
        tied=Variant(builder=made("Tied"), shared=("shared/*",), count=6),
        tied_conflict=Variant(builder=made("TiedConflict")),
        other_units=Variant(lambda: mlp(classes=7)),
        many_widths=Variant(builder=made("ManyWidths"), shared=("trunk/*",), widths=WIDTHS),
    )


def normalized_subject(framework: str = "tensorflow", module: str = __name__) -> Subject:
    """For the states and transforms of batch statistics and a tied layer, which the MLP does not have."""
    return Subject(builder=lambda: variation("Normalized", module)(), input_shape=(4, 20), name="normalized MLP", framework=framework, shipped=True,
                   clauses=("state.*", "transform.*"), like=lambda: variation("Normalized", module)(20))
