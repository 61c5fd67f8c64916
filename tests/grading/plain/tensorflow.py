import tensorflow as tf

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}
EX2_CLAIM = {"raises": "ValueError", "when": "first_pass"}


def ex1():
    return tf.keras.Sequential([tf.keras.layers.Dense(256, activation="relu", input_shape=(EX1_IN,)), tf.keras.layers.Dense(10)])


def ex2():
    second = tf.keras.layers.Dense(10)
    second.build((None, 100))
    return tf.keras.Sequential([tf.keras.layers.Dense(256, activation="relu"), second]), tf.ones((2, 20))


class AnyWidth(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.kernel = self.add_weight(name="kernel", shape=(512, 16), initializer="glorot_uniform")
        self.out = tf.keras.layers.Dense(10)
        self.out.build((None, 16))

    def call(self, X):
        return self.out(tf.nn.relu(tf.matmul(X, self.kernel[:tf.shape(X)[1]])))


def ex3():
    return AnyWidth()
