"""Models of the compositions in tf.keras. Like `torch_modules` it imports its framework, so that pickle and configurations find the
classes; it is imported when such a model is built, and not before."""

from __future__ import annotations

import tensorflow as tf

keras = tf.keras
layers = keras.layers


def lenet():
    """Two convolutions with pooling, then a head over the mean of all places, so that every resolution fits."""
    return keras.Sequential([layers.Conv2D(6, 5, padding="same", activation="sigmoid"), layers.AveragePooling2D(2),
                             layers.Conv2D(16, 5, activation="sigmoid"), layers.GlobalAveragePooling2D(),
                             layers.Dense(24, activation="sigmoid"), layers.Dense(10)])


class Base(keras.Model):
    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls()


class Residual(Base):
    """A residual block whose skip connection is a 1×1 convolution."""

    def __init__(self):
        super().__init__()
        self.first, self.second = layers.Conv2D(8, 3, padding="same", activation="relu"), layers.Conv2D(8, 3, padding="same")
        self.skip, self.norm = layers.Conv2D(8, 1), layers.LayerNormalization()

    def call(self, x):
        return tf.nn.relu(self.norm(self.second(self.first(x))) + self.skip(x))


class Recurrent(Base):
    """A recurrent net and a head on its last output."""

    def __init__(self):
        super().__init__()
        self.features, self.recurrent, self.head = layers.Dense(8), layers.GRU(12), layers.Dense(5)

    def call(self, x):
        return self.head(self.recurrent(self.features(x)))


class Attention(Base):
    """An attention block with a residual connection around it."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (layers.Dense(8) for _ in range(4))

    def call(self, x):
        query = self.query(x)
        weights = tf.nn.softmax(tf.matmul(query, self.key(x), transpose_b=True) / 8 ** 0.5)
        return self.out(tf.matmul(weights, self.value(x))) + query


class Autoencoder(Base):
    """A decoder with the transposed kernel of its encoder."""

    def __init__(self):
        super().__init__()
        self.encoder = layers.Dense(6, activation="relu")

    def call(self, x):
        return tf.matmul(self.encoder(x), tf.convert_to_tensor(self.encoder.kernel), transpose_b=True)


class Branching(Base):
    """Two branches, of which the input's rank takes one: the other has no variables."""

    def __init__(self):
        super().__init__()
        self.rows, self.images = layers.Dense(6), layers.Conv2D(6, 3)

    def call(self, x):
        return self.images(x) if len(x.shape) == 4 else self.rows(x)
