"""The reference MLP of *Dive into Deep Learning*, section 6.4, in Flax linen, and its variants.

Linen layers take no input dimension. The eager twin therefore declares its parameters with whole
shapes, under the names that ``nn.Dense`` uses: linen derives a parameter's key from its path, so the
values agree bit for bit.
"""

from __future__ import annotations

import functools
from typing import Any, Mapping, Optional

import numpy as np

from ..subjects import Subject, Variant

WIDTHS, NORMALIZED = (20, 30, 7), 8


def mlp(in_units: Optional[int] = None, hidden_units: Optional[int] = None, classes: int = 10) -> Any:
    """The chapter's MLP; each given number declares the input dimension of one layer."""
    from flax import linen as nn
    return nn.Sequential([dense(256, in_units), nn.relu, dense(classes, hidden_units)])


def dense(features: int, in_features: Optional[int] = None) -> Any:
    """``nn.Dense``, or the same layer with its input dimension declared."""
    from flax import linen as nn
    return nn.Dense(features) if in_features is None else eager_dense()(features, in_features)


@functools.lru_cache(maxsize=None)
def eager_dense() -> type:
    """A dense layer that asks the data for nothing."""
    from flax import linen as nn

    class Dense(nn.Module):
        features: int
        in_features: int

        @nn.compact
        def __call__(self, inputs):
            kernel = self.param("kernel", nn.initializers.lecun_normal(), (self.in_features, self.features))
            bias = self.param("bias", nn.initializers.zeros, (self.features,))
            return inputs @ kernel + bias
    return Dense


def reference(values: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The MLP's output in NumPy."""
    hidden = np.maximum(x @ values["layers_0/kernel"] + values["layers_0/bias"], 0)
    return hidden @ values["layers_2/kernel"] + values["layers_2/bias"]


def tied() -> Any:
    """A hidden layer that is used twice."""
    from flax import linen as nn
    shared = nn.Dense(256)
    return nn.Sequential([nn.Dense(256), nn.relu, shared, nn.relu, shared, nn.relu, nn.Dense(10)])


def fed_twice(features: int) -> Any:
    """One layer applied to the input and then to its own output: only the width ``features`` fits both."""
    from flax import linen as nn
    shared = nn.Dense(features)
    return nn.Sequential([shared, nn.relu, shared])


def many_widths() -> Any:
    """One layer a width of the input, over a trunk that all widths share."""
    return many_widths_class()()


@functools.lru_cache(maxsize=None)
def many_widths_class() -> type:
    from flax import linen as nn

    class ManyWidths(nn.Module):
        @nn.compact
        def __call__(self, inputs):
            hidden = nn.Dense(256, name=f"adapter_{inputs.shape[-1]}")(inputs)
            return nn.Dense(10, name="trunk")(nn.relu(hidden))
    return ManyWidths


def normalized(in_units: Optional[int] = None, hidden_units: Optional[int] = None, classes: int = 10) -> Any:
    """A small tied MLP with batch statistics, and a count of its calls in a collection of its own."""
    from flax import linen as nn
    return nn.Sequential([dense(NORMALIZED, in_units), nn.BatchNorm(use_running_average=False), nn.relu, *twice(dense(NORMALIZED, hidden_units)),
                          counted()(), dense(classes, hidden_units)])


def twice(layer: Any) -> list:
    """One layer at two places."""
    from flax import linen as nn
    return [layer, nn.relu, layer, nn.relu]


@functools.lru_cache(maxsize=None)
def counted() -> type:
    """A layer that hands its input on and counts."""
    from flax import linen as nn
    from jax import numpy as jnp

    class Counted(nn.Module):
        @nn.compact
        def __call__(self, inputs):
            calls = self.variable("counts", "calls", lambda: jnp.zeros((), "int32"))
            if not self.is_initializing():
                calls.value = calls.value + 1
            return inputs
    return Counted


def normalized_subject() -> Subject:
    """For the states and transforms of buffers and tied parameters, which the MLP does not have; copies and shapes are any tree's."""
    return Subject(builder=normalized, input_shape=(4, 20), name="normalized MLP", framework="flax", shipped=True,
                   clauses=("state.*", "transform.[!a]*"), other_units=Variant(lambda: normalized(classes=7)))


@functools.lru_cache(maxsize=None)
def centred() -> type:
    """A layer that takes its first offset from the data, as initializations that depend on data do."""
    from flax import linen as nn

    class Centred(nn.Module):
        @nn.compact
        def __call__(self, inputs):
            offset = self.param("offset", lambda key: inputs[0])
            return nn.Dense(10)(inputs - offset)
    return Centred


def centred_subject() -> Subject:
    """For what initializes by shapes alone: where values follow the data it refuses."""
    return Subject(builder=lambda: centred()(), input_shape=(4, 20), name="centred MLP", framework="flax", shipped=True,
                   clauses=("transform.compiled_first_pass",))


def subject() -> Subject:
    """The reference subject of the shipped suites. ``partial`` and ``conflict`` are nothing that linen layers can say."""
    return Subject(
        builder=mlp, input_shape=(2, 20), name="MLP", framework="flax", shipped=True,
        like=lambda: mlp(20, 256), twin_at=lambda width: mlp(width, 256), reference=reference,
        late_conflict=Variant(lambda: fed_twice(30), widths=(20, 30)),
        tied=Variant(tied, shared=("layers_2/*",), count=6),
        tied_conflict=Variant(lambda: fed_twice(256)),
        other_units=Variant(lambda: mlp(classes=7)),
        many_widths=Variant(many_widths, shared=("trunk/*",), widths=WIDTHS),
    )
