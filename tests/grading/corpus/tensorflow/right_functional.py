"""Right: functional models, a layer inside a function, a recurrence over the features."""
import tensorflow as tf
from tensorflow import keras
EX1_IN = 13
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    i = keras.Input(shape=(EX1_IN,)); h = keras.layers.Dense(8, "relu")(i); o = keras.layers.Dense(2)(h)
    return keras.Model(i, o)


EX2_CLAIM = {"raises": "ValueError", "when": "second_pass"}


def ex2():
    d = keras.layers.Dense(4)
    net = lambda X: d(X)
    net(tf.zeros((1, 3)))
    return net, tf.zeros((1, 4))


def ex3():
    i = keras.Input(shape=(None,))
    h = keras.layers.Reshape((-1, 1))(i)
    h = keras.layers.SimpleRNN(4)(h)
    return keras.Model(i, keras.layers.Dense(3)(h))
