"""Wrong: data has passed in ex1; the error is swallowed; the parameters of each width are copies."""
import tensorflow as tf

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    net = tf.keras.Sequential([tf.keras.layers.Dense(16), tf.keras.layers.Dense(4)])
    net(tf.zeros((2, 20)))
    return net


EX2_CLAIM = {"raises": "InvalidArgumentError", "when": "first_pass"}


def ex2():
    W = tf.ones((20, 3))

    def net(X):
        try:
            return tf.matmul(X, W)
        except tf.errors.InvalidArgumentError as error:
            print(error)
    return net, tf.ones((2, 30))


class Copies:
    def __init__(self):
        self.base = tf.Variable(tf.random.normal((512, 4)))
        self.own = {}

    def __call__(self, X):
        d = X.shape[1]
        if d not in self.own:
            self.own[d] = tf.Variable(self.base[:d])
        return tf.matmul(X, self.own[d])


def ex3():
    return Copies()
