"""Wrong: every layer is built by hand; the error is raised by hand; parameters are made anew at each call."""
import tensorflow as tf

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    first, second = tf.keras.layers.Dense(16), tf.keras.layers.Dense(4)
    first.build((None, 20))
    second.build((None, 16))
    return tf.keras.Sequential([first, second])


EX2_CLAIM = {"raises": "InvalidArgumentError", "when": "first_pass"}


def ex2():
    def net(X):
        raise tf.errors.InvalidArgumentError(None, None, "Matrix size-incompatible: In[0]: [2,30], In[1]: [20,3]")
    return net, tf.ones((2, 30))


def ex3():
    def model(X):
        return tf.keras.layers.Dense(5)(X)
    return model
