"""Own models of every kind in tf.keras, for Keras 2 and 3: what they are fed; `tensorflow_ways` has the ways to call, `tensorflow_mechanisms` the ways to be lazy."""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np
import tensorflow as tf

from .tensorflow_mechanisms import SOUND as MECHANISMS
from .tensorflow_ways import SOUND as WAYS
from .tensorflow_wrong import WRONG

keras = tf.keras
Dense = keras.layers.Dense

__all__ = ["SOUND", "WRONG"]


def floats(*shape: int) -> np.ndarray:
    return np.random.randn(*shape).astype("float32")


class TwoTowers(keras.Model):
    """Two positional inputs of widths of their own."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.user, self.item = Dense(4, name="user"), Dense(4, name="item")

    def call(self, user, item):
        return self.user(user) * self.item(item)


class Conditioned(keras.Model):
    """A keyword input, which may be left out."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.body, self.condition = Dense(4, name="body"), Dense(4, name="condition")

    def call(self, x, context=None):
        return self.body(x) if context is None else self.body(x) + self.condition(context)


class WideAndDeep(keras.Model):
    """One input that is a dict of a tensor and of a pair."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.wide, self.deep = Dense(2, name="wide"), Dense(3, name="deep")

    def call(self, features):
        first, second = features["deep"]
        return self.wide(features["wide"]), self.deep(tf.concat([first, second], -1))


class Tokens(keras.Model):
    """Ids below a vocabulary's size, a boolean mask, lengths, and a speaker's features beside."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.embedding, self.speaker = keras.layers.Embedding(11, 4, name="embedding"), Dense(4, name="speaker")

    def call(self, ids, speaker, mask=None, lengths=None):
        known = tf.cast(mask, tf.float32)[..., None] * self.embedding(ids)
        return tf.reduce_sum(known, 1) / tf.cast(lengths, tf.float32)[:, None] + self.speaker(speaker)


class Convolved(keras.Model):
    """Node features, and an edge index whose values stay below the number of nodes."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.own, self.neighbours = Dense(4, name="own"), Dense(4, use_bias=False, name="neighbours")

    def call(self, nodes, edges):
        sums = tf.math.unsorted_segment_sum(tf.gather(nodes, edges[0]), edges[1], tf.shape(nodes)[0])
        return self.own(nodes) + self.neighbours(sums)


class Memory(NamedTuple):
    """A state that a model takes and gives back."""

    cell: tf.Tensor
    step: tf.Tensor


class Remembers(keras.Model):
    """A named tuple in, the next one out."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.inner, self.gate = Dense(5, name="inner"), Dense(5, activation="sigmoid", name="gate")

    def call(self, x, memory):
        cell = self.gate(x) * memory.cell + self.inner(x)
        return cell, Memory(cell, memory.step + 1)


class Pops(keras.layers.Layer):
    """Takes an entry out of the dict that it is given, so every pass needs a fresh one."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.inner = Dense(4, name="inner")

    def call(self, features):
        weight = features.pop("weight")
        return self.inner(features["x"]) * weight


class Decoder(keras.Model):
    """Takes a whole sequence at first; later single steps, with what is known of them beside."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.source, self.out = Dense(4, activation="tanh", name="source"), Dense(2, name="out")

    def call(self, source, known=None):
        hidden = self.source(source)
        return self.out(hidden if known is None else hidden * known)


class SparseDense(keras.layers.Layer):
    """A sparse matrix as the input."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), initializer="glorot_uniform", name="kernel")
        self.built = True

    def call(self, x):
        return tf.sparse.sparse_dense_matmul(x, tf.convert_to_tensor(self.kernel))


class SameWidth(keras.layers.Layer):
    """Two inputs whose sizes hang together, and a flag."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.inner = Dense(3, name="inner")

    def call(self, one, two, scaled=False, extra: Optional[tf.Tensor] = None):
        return self.inner(one * two) * (0.5 if scaled else 1.0)


class Picture(keras.Model):
    """The last layer depends on the image's height and width, the first on its channels."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.convolution, self.flat, self.head = keras.layers.Conv2D(2, 2, name="convolution"), keras.layers.Flatten(), Dense(3, name="head")

    def call(self, image):
        return self.head(self.flat(self.convolution(image)))


def sparse(width: int) -> tf.SparseTensor:
    return tf.sparse.from_dense(np.eye(3, width, dtype="float32"))


def edges() -> np.ndarray:
    return np.array([[0, 1, 2, 3], [1, 2, 3, 0]], "int32")


INPUTS = {
    "several_inputs": lambda: dict(builder=TwoTowers, input_shape=[(3, 6), (3, 5)]),
    "keyword_inputs": lambda: dict(builder=Conditioned, inputs=lambda: ((floats(3, 6),), {"context": floats(3, 5)})),
    "nested_dict": lambda: dict(builder=WideAndDeep, inputs=lambda: {"wide": floats(3, 6), "deep": (floats(3, 2), floats(3, 5))}),
    "ids_and_mask": lambda: dict(builder=Tokens, inputs=lambda: (
        (np.random.randint(0, 11, (3, 5)), floats(3, 6)),
        {"mask": np.arange(5)[None] < np.array([[5], [3], [1]]), "lengths": np.array([5, 3, 1])})),
    "graph": lambda: dict(builder=Convolved, inputs=lambda: (floats(4, 6), edges()), batch_axis=None),
    "state_named_tuple": lambda: dict(builder=Remembers, inputs=lambda: (floats(3, 6), Memory(floats(3, 5), np.int32(0)))),
    "writes_into_its_input": lambda: dict(builder=Pops, inputs=lambda: {"x": floats(3, 6), "weight": floats(3, 1)}),
    "later_inputs_differ": lambda: dict(builder=Decoder, inputs=lambda: floats(3, 5, 6), later_inputs=lambda: ((floats(3, 1, 6),), {"known": floats(3, 1, 1)})),
    "sparse": lambda: dict(builder=SparseDense, inputs=lambda: sparse(6), other_inputs=lambda: sparse(7), wrong_inputs=lambda: sparse(5), batch_axis=None),
    "sizes_hang_together": lambda: dict(builder=SameWidth, inputs=lambda: (
        (floats(3, 6), floats(3, 6)), {"scaled": True, "extra": None})),
    "image": lambda: dict(builder=Picture, input_shape=(2, 4, 5, 3)),
}
SOUND = {**INPUTS, **WAYS, **MECHANISMS}
