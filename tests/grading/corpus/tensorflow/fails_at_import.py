"""Broken: what is tried out at the end does not work."""
import tensorflow as tf

EX1_IN = 20


def ex1():
    return tf.keras.Sequential([tf.keras.layers.Dense(16), tf.keras.layers.Dense(4)])


print(ex1()[0](tf.zeros((2, 20))))
