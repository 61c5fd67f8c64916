"""Own Keras models under the contract of lazy initialization: run ``pytest examples/test_tensorflow_models.py``.

Works with Keras 2 (TensorFlow 2.8 to 2.15) and Keras 3 (since 2.16).
"""

import numpy as np
import tensorflow as tf

from pytest_lazyinit import contract

keras = tf.keras


# 1. A plain model needs one line: what builds it, and the shape of its input, batch first. shapes= is worth a second.

class Classifier(keras.Model):
    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.hidden = keras.layers.Dense(5, activation="relu", name="hidden")
        self.out = keras.layers.Dense(3, name="out")

    def call(self, x):
        return self.out(self.hidden(x))


test_classifier = contract(Classifier, input_shape=(4, 6), shapes={"hidden/kernel": (6, 5), "out/kernel": (5, 3)})


# 2. Ids, a mask and a keyword input. inputs= is called for what it returns: positional inputs, or (positional, keywords). Give
#    arrays that the model can take: ids below the vocabulary's size. Which axes count is found by building the model.

class Recommender(keras.Model):
    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.items = keras.layers.Embedding(20, 4, name="items")
        self.user = keras.layers.Dense(4, name="user")

    def call(self, ids, mask, user=None):
        seen = tf.cast(mask, tf.float32)[..., None] * self.items(ids)
        return tf.reduce_sum(seen, 1) * self.user(user)


def visits():
    ids = np.random.randint(0, 20, (3, 5))
    return (ids, ids > 3), {"user": np.random.randn(3, 6).astype("float32")}


test_recommender = contract(Recommender, inputs=visits)


# 3. A graph: node features, and edges whose values stay below the number of nodes. There is no batch axis.

class Convolution(keras.layers.Layer):
    """A layer with ``build()``: every parameter is made where the input's shape is known."""

    def __init__(self, units=4, **keywords):
        super().__init__(**keywords)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.built = True

    def call(self, nodes, edges):
        sums = tf.math.unsorted_segment_sum(tf.gather(nodes, edges[0]), edges[1], tf.shape(nodes)[0])
        return tf.matmul(nodes + sums, tf.convert_to_tensor(self.kernel))


def ring():
    return np.random.randn(4, 6).astype("float32"), np.array([[0, 1, 2, 3], [1, 2, 3, 0]])


test_convolution = contract(Convolution, inputs=ring, batch_axis=None)


# 4. Dropout and batch normalization: train= says how the model is told that it trains, here by a keyword; the contract then
#    compares outputs in evaluation and gradients in training. call= names the method that is the model's use. One head is not
#    reached by it, which is said, since an unused layer is otherwise reported.

class Encoder(keras.Model):
    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.inner, self.norm = keras.layers.Dense(5, name="inner"), keras.layers.BatchNormalization(name="norm")
        self.dropout, self.head = keras.layers.Dropout(0.5), keras.layers.Dense(2, name="head")

    def encode(self, x, training=False):
        return self.dropout(self.norm(self.inner(x), training=training), training=training)

    def call(self, x, training=False):
        return self.head(self.encode(x, training=training))


test_encoder = contract(Encoder, input_shape=(4, 6), call="encode", train="training", stays_uninitialized=["head/*"])
