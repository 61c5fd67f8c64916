"""Wrong: ex1 raises; an assertion of the framework in the answer's own words; a counter stands for training."""
import tensorflow as tf

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    return tf.keras.Sequential([tf.keras.layers.Dense("many"), tf.keras.layers.Dense(4)])


EX2_CLAIM = {"raises": "InvalidArgumentError", "when": "first_pass"}


def ex2():
    return (lambda X: tf.debugging.assert_equal(X.shape[1], 20, message="Incompatible shapes: [2,30] and [20,3]")), tf.ones((2, 30))


class Counting:
    calls = 0

    def __call__(self, X):
        self.calls += 1
        return tf.reduce_mean(X, axis=1, keepdims=True) * self.calls


def ex3():
    return Counting()
