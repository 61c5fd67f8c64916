"""Wrong: an error by hand inside a graph, which TensorFlow raises anew in its own name."""
import tensorflow as tf
EX2_CLAIM = {"raises": "ValueError", "when": "first_pass"}


def ex2():
    @tf.function
    def net(X):
        raise ValueError("Dimensions must be equal, but are 20 and 30")
    return net, tf.ones((2, 5))
