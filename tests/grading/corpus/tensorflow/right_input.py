"""Right: Keras builds every layer from a declared input; a mismatch that Keras finds while it builds; adapters by width."""
import tensorflow as tf
from tensorflow.keras import layers

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    return tf.keras.Sequential([tf.keras.Input((EX1_IN,)), layers.Dense(256, activation="relu"), layers.Dense(10)])


EX2_CLAIM = {"raises": "ValueError", "when": "construction"}


def ex2():
    second = layers.Dense(10)
    second.build((None, 100))
    net = tf.keras.Sequential([tf.keras.Input((20,)), layers.Dense(256), second])
    return net, tf.zeros((2, 20))


class Adapted(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.adapters = {}
        self.trunk = tf.keras.Sequential([layers.ReLU(), layers.Dropout(0.5), layers.Dense(10)])

    def call(self, X):
        d = str(X.shape[1])
        if d not in self.adapters:
            self.adapters[d] = layers.Dense(32)
        return self.trunk(self.adapters[d](X))


def ex3():
    return Adapted()
