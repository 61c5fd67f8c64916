"""Own models of every kind in tf.keras: ways to be called and to train; `tensorflow_mechanisms` has the ways to be lazy."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from . import ALIKE

keras = tf.keras
layers, Dense = keras.layers, keras.layers.Dense


def floats(*shape: int) -> np.ndarray:
    return np.random.randn(*shape).astype("float32")


class Autoencoder(keras.Model):
    """Of use by its methods; ``encode`` alone is checked."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.encoder = Dense(3, name="encoder")

    def encode(self, x):
        return self.encoder(x)

    def call(self, x):
        return self.encode(x)


class Prepared(keras.Model):
    """With an initializer of its own, that takes the shape."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.first, self.last = Dense(4, activation="tanh", name="first"), Dense(2, name="last")

    def prepare(self, shape):
        self.first.build(shape)
        self.last.build((*shape[:-1], 4))

    def call(self, x):
        return self.last(self.first(x))


class Regularized(keras.Model):
    """Dropout and batch normalization, told by the keyword ``training``."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.inner, self.norm = Dense(4, name="inner"), layers.BatchNormalization(name="norm")
        self.dropout = layers.Dropout(0.5)

    def call(self, x, training=False):
        return self.dropout(self.norm(self.inner(x), training=training), training=training)


class Positional(Regularized):
    """The same with a method whose second argument is the flag; Keras 3 takes no positional flag in ``call()``."""

    def run(self, x, training):
        return self(x, training=training)


class Switched(Regularized):
    """The same with a flag on the model."""

    learning = True

    def call(self, x):
        return super().call(x, self.learning)


MODE = [False]


@contextlib.contextmanager
def learning(flag: bool):
    """An ambient mode, as some libraries keep one."""
    before, MODE[0] = MODE[0], flag
    try:
        yield
    finally:
        MODE[0] = before


class Ambient(Regularized):
    """The same that asks an ambient mode."""

    def call(self, x):
        return super().call(x, MODE[0])


class Spectral(keras.Model):
    """Spectral norm moves the kernel itself in each training pass."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.norm = layers.SpectralNormalization(Dense(4, name="inner"), name="norm")

    def call(self, x, training=False):
        return self.norm(x, training=training)


class Sampling(keras.Model):
    """Draws in every mode, as a variational encoder does."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.mean = Dense(4, name="mean")

    def call(self, x):
        mean = self.mean(x)
        return mean + 0.1 * tf.random.normal(tf.shape(mean))


@dataclass
class Normal:
    """A distribution, as a library of such would return."""

    mean: tf.Tensor
    deviation: tf.Tensor


class Probabilistic(keras.layers.Layer):
    """Returns a distribution, and in a tuple ``None`` and an auxiliary output."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.mean, self.deviation = Dense(3, name="mean"), Dense(3, activation="softplus", name="deviation")

    def call(self, x):
        return {"found": Normal(self.mean(x), self.deviation(x)), "none": None}


class Recurrent(keras.Model):
    """Takes its state and returns the next one."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.cell = layers.GRUCell(3, name="cell")

    def call(self, x, states):
        row, states = self.cell(x, list(states))
        return row, tuple(states)


PLAIN = (3, 6)
SOUND = {
    "call_by_method": lambda: dict(builder=Autoencoder, input_shape=PLAIN, call="encode"),
    "own_initializer": lambda: dict(builder=Prepared, input_shape=PLAIN, first_pass=lambda model, x: model.prepare(x.shape)),
    "dropout": lambda: dict(builder=Regularized, input_shape=PLAIN),
    "train_by_keyword": lambda: dict(builder=Regularized, input_shape=PLAIN, train="training", clauses=ALIKE),
    "train_by_position": lambda: dict(builder=Positional, input_shape=PLAIN, call="run", train=1),
    "train_by_field": lambda: dict(builder=Switched, input_shape=PLAIN, train=".learning", clauses=ALIKE),
    "ambient_mode": lambda: dict(builder=Ambient, input_shape=PLAIN, train=learning, clauses=ALIKE),
    "spectral_norm": lambda: dict(builder=Spectral, input_shape=PLAIN, train="training"),
    "never_deterministic": lambda: dict(builder=Sampling, input_shape=PLAIN),
    "distribution_output": lambda: dict(builder=Probabilistic, input_shape=PLAIN, output=lambda made: (made["found"].mean, made["found"].deviation)),
    "recurrent_with_state": lambda: dict(builder=Recurrent, inputs=lambda: (floats(3, 6), (floats(3, 3),))),
}
