"""Wrong: one layer and nothing after it; an error about types; ex3 returns no model."""
import tensorflow as tf

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    return tf.keras.Sequential([tf.keras.layers.Dense(16, input_shape=(EX1_IN,))])


EX2_CLAIM = {"raises": "InvalidArgumentError", "when": "first_pass"}


def ex2():
    W = tf.ones((20, 3), dtype=tf.float64)
    return (lambda X: tf.linalg.matmul(X, W)), tf.ones((2, 20))


def ex3():
    return [tf.keras.layers.Dense(3)]
