"""Networks that are right with PyTorch's answers; a model for one range of widths alone."""
import tensorflow as tf

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    return tf.keras.Sequential([tf.keras.layers.Dense(16, input_shape=(EX1_IN,)), tf.keras.layers.Dense(4)])


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    W = tf.ones((20, 3))
    return (lambda X: tf.matmul(X, W)), tf.ones((2, 30))


def ex3():
    W = tf.Variable(tf.random.normal((256, 4)))
    return lambda X: tf.matmul(tf.pad(X, [[0, 0], [0, 256 - X.shape[1]]]), W)
