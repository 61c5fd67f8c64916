"""Own models of every kind in tf.keras: ways to be lazy, and what of a model the pass does not reach or train."""

from __future__ import annotations

import tensorflow as tf

keras = tf.keras
layers, Dense = keras.layers, keras.layers.Dense


class PartlyFrozen(keras.Model):
    """A frozen layer, and a layer without parameters."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.fixed, self.dropout, self.head = Dense(4, trainable=False, name="fixed"), layers.Dropout(0.5), Dense(2, name="head")

    def call(self, x):
        return self.head(self.dropout(self.fixed(x)))


class Tied(keras.Model):
    """Decodes with the transposed kernel of its encoder, and uses one layer twice."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.encoder, self.middle = Dense(4, use_bias=False, name="encoder"), Dense(4, activation="tanh", name="middle")

    def call(self, x):
        hidden = self.middle(self.middle(self.encoder(x)))
        return tf.matmul(hidden, tf.convert_to_tensor(self.encoder.kernel), transpose_b=True)


class Unreached(keras.Model):
    """A head for another task, which this input does not reach."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.head, self.other = Dense(4, name="head"), Dense(2, name="other")

    def call(self, x, task="head"):
        return getattr(self, task)(x)


class PositiveDense(Dense):
    """A subclass of a lazy class of Keras."""

    def build(self, input_shape):
        super().build(input_shape)
        self.gain = self.add_weight(shape=(self.units,), initializer="ones", name="gain")

    def call(self, x):
        return super().call(x) * self.gain


class ByHand(keras.layers.Layer):
    """No ``build()``: the parameters are made by ``__call__`` before Keras sees the call."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.kernel = None

    def __call__(self, x, *args, **keywords):
        if self.kernel is None:
            self.kernel = self.add_weight(shape=(x.shape[-1], 4), initializer="glorot_uniform", name="kernel")
        return super().__call__(x, *args, **keywords)

    def call(self, x):
        return tf.matmul(x, tf.convert_to_tensor(self.kernel))


class GrowsInBuild(keras.Model):
    """Its children are created by ``build()``: as many as the input is wide, and a functional model."""

    def build(self, input_shape):
        features = input_shape[-1]
        self.columns = [Dense(1, name=f"column{index}", dtype=self.dtype_policy) for index in range(features)]
        inputs = keras.Input((features,), dtype=self.compute_dtype)
        self.head = keras.Model(inputs, Dense(2, name="out", dtype=self.dtype_policy)(inputs), name="head")
        for column in self.columns:
            column.build((input_shape[0], 1))
        self.built = True

    def call(self, x):
        parts = tf.split(x, len(self.columns), -1)
        return self.head(tf.concat([column(part) for column, part in zip(self.columns, parts)], -1))


class Composed(keras.layers.Layer):
    """A layer around layers, without ``build()``."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.attention, self.norm = layers.MultiHeadAttention(2, 2, name="attention"), layers.LayerNormalization(name="norm")

    def call(self, x):
        return self.norm(x + self.attention(x, x))


class PartlyBuilt(keras.Model):
    """The head is built in the constructor, since its width is known there."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.body, self.head = Dense(4, activation="tanh", name="body"), Dense(2, name="head")
        self.head.build((None, 4))

    def call(self, x):
        return self.head(self.body(x))


def sequential():
    return keras.Sequential([Dense(4, activation="relu"), Dense(2)])


def sequential_twin():
    return keras.Sequential([keras.Input((6,)), Dense(4, activation="relu"), Dense(2)])


PLAIN = (3, 6)
SOUND = {
    "sequential": lambda: dict(builder=sequential, input_shape=PLAIN, like=sequential_twin, shapes=[(6, 4), (4,), (4, 2), (2,)]),
    "partly_built": lambda: dict(builder=PartlyBuilt, input_shape=PLAIN),
    "frozen": lambda: dict(builder=PartlyFrozen, input_shape=PLAIN),
    "tied": lambda: dict(builder=Tied, input_shape=PLAIN),
    "stays_uninitialized": lambda: dict(builder=Unreached, input_shape=PLAIN, stays_uninitialized=["other*"]),
    "lazy_subclass": lambda: dict(builder=lambda: PositiveDense(4), input_shape=PLAIN),
    "own_mechanism": lambda: dict(builder=ByHand, input_shape=PLAIN),
    "children_in_build": lambda: dict(builder=GrowsInBuild, input_shape=PLAIN),
    "layer_without_build": lambda: dict(builder=Composed, input_shape=(2, 3, 4)),
}
