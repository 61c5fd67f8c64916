"""Right: a subclass with one layer built, a graph that cannot be traced, a layer with a table of weights."""
import tensorflow as tf
EX1_IN = 13
EX1_CLAIM = {"first": True, "rest": False}


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.a = tf.keras.layers.Dense(8); self.a.build((None, EX1_IN))
        self.b = tf.keras.layers.Dense(8)
    def call(self, X, training=None):
        return self.b(tf.nn.relu(self.a(X)))


def ex1():
    return Net()
EX2_CLAIM = {"raises": "ValueError", "when": "first_pass"}


def ex2():
    @tf.function
    def net(X):
        return tf.matmul(X, tf.ones((3, 3)))
    return net, tf.ones((2, 5))


class L(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.table = self.add_weight(shape=(512, 8), initializer="glorot_uniform", name="table")
        self.out = tf.keras.layers.Dense(2)
    def call(self, X):
        return self.out(tf.matmul(X, self.table[:X.shape[1]]))


ex3 = L
