"""Right: the first layer alone is built by hand; the second was built for another width; a convolution over the features."""
import tensorflow as tf

EX1_IN = 12
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    first = tf.keras.layers.Dense(16, use_bias=False)
    first.build((None, EX1_IN))
    return tf.keras.Sequential([first, tf.keras.layers.BatchNormalization(), tf.keras.layers.Dense(3)])


EX2_CLAIM = {"raises": "ValueError", "when": "first_pass"}


def ex2():
    second = tf.keras.layers.Dense(10)
    second.build((None, 100))
    return tf.keras.Sequential([tf.keras.layers.Dense(256), second]), tf.zeros((2, 20))


def ex3():
    return tf.keras.Sequential([
        tf.keras.layers.Lambda(lambda X: tf.expand_dims(X, 2)), tf.keras.layers.Conv1D(8, 3, padding="same", activation="relu"),
        tf.keras.layers.GlobalAveragePooling1D(), tf.keras.layers.Dense(5)])
