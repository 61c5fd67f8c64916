"""Wrong: no layer is told its width; an error about the rank; a model without parameters."""
import tensorflow as tf

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    return tf.keras.Sequential([tf.keras.layers.Dense(16), tf.keras.layers.Dense(4)])


EX2_CLAIM = {"raises": "ValueError", "when": "first_pass"}


def ex2():
    return tf.keras.layers.Conv2D(3, 3), tf.ones((2, 20))


def ex3():
    return lambda X: tf.reduce_sum(X, axis=1, keepdims=True)
