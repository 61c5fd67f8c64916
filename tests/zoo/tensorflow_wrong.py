"""Wrong models that authors of tf.keras really write, with the clauses that fail."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

keras = tf.keras
Dense = keras.layers.Dense


class Unused(keras.Model):
    """A layer that the pass does not reach."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.used, self.forgotten = Dense(4, name="used"), Dense(2, name="forgotten")

    def call(self, x):
        return self.used(x)


class PassInConstructor(keras.Model):
    """Builds itself by a pass of zeros, so that its width is fixed."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.inner = Dense(4, name="inner")
        self(tf.zeros((1, 6)))

    def call(self, x):
        return self.inner(x)


class AnewAtEachCall(keras.Model):
    """Makes its layer in ``call()``."""

    def call(self, x):
        return Dense(4)(x)


class RowBias(keras.layers.Layer):
    """Takes a dimension from the batch axis."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(input_shape[0], 4), initializer="zeros", name="bias")
        self.built = True

    def call(self, x):
        return tf.matmul(x, tf.convert_to_tensor(self.kernel)) + self.bias


class ForgetsDtype(keras.layers.Layer):
    """Makes its parameter in a dtype of its own choice, whatever the policy says."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), initializer="glorot_uniform", dtype="float32", name="kernel")
        self.built = True

    def call(self, x):
        return tf.matmul(x, tf.cast(self.kernel, x.dtype))


def declared():
    """The eager twin of `ForgetsDtype`."""
    twin = Dense(4, use_bias=False)
    twin.build((None, 6))
    return twin


HEAD = []


class SharesAcrossInstances(keras.Model):
    """Keeps its head in a global, so that all instances train the same parameters."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.inner = Dense(4, name="inner")
        HEAD[:] = HEAD or [Dense(2, name="head")]
        self.head = HEAD[0]

    def call(self, x):
        return self.head(self.inner(x))


class CutsToFit(keras.layers.Layer):
    """Cuts or pads its input to the width it knows."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), initializer="glorot_uniform", name="kernel")
        self.built = True

    def call(self, x):
        known = self.kernel.shape[0]
        fitted = tf.pad(x, [[0, 0], [0, max(0, known - x.shape[-1])]])[:, :known]
        return tf.matmul(fitted, tf.convert_to_tensor(self.kernel))


class Unseeded(keras.layers.Layer):
    """Draws its values from a generator that no seed reaches."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), initializer="zeros", name="kernel")
        self.kernel.assign(np.random.default_rng().normal(size=self.kernel.shape))
        self.built = True

    def call(self, x):
        return tf.matmul(x, tf.convert_to_tensor(self.kernel))


class Detached(keras.layers.Layer):
    """Computes with the values of its parameter, not with the parameter."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(4,), initializer="zeros", name="bias")
        self.built = True

    def call(self, x):
        return tf.matmul(x, tf.stop_gradient(tf.convert_to_tensor(self.kernel))) + self.bias


def functional():
    """A functional model is built when it is made: whoever expects it to be lazy is told that it is not."""
    inputs = keras.Input((6,))
    return keras.Model(inputs, Dense(2)(inputs))


def subject(builder, **known):
    return lambda: dict(builder=builder, input_shape=(3, 6), **known)


def shared():
    HEAD.clear()
    return subject(SharesAcrossInstances, clauses=["before.*", "varying.*"])()


WRONG = {
    "unused_lazy_layer": (subject(Unused), {"after.nothing_uninitialized"}),
    "pass_in_the_constructor": (subject(PassInConstructor), {"before.constructs", "before.uninitialized"}),
    "layer_anew_at_each_call": (subject(AnewAtEachCall), {"before.uninitialized", "before.queries_have_no_effect", "after.nothing_uninitialized"}),
    "dimension_from_the_batch": (subject(RowBias), {"after.shapes", "after.context_free", "varying.batch_sizes", "varying.leading_dimensions", "transform.compiled_first_pass"}),
    "dtype_lost": (subject(ForgetsDtype, like=declared, clauses=["before.[!c]*", "after.shapes", "mismatch.*"]), {"before.placement_remembered"}),
    "shared_between_instances": (shared, {"before.constructs", "before.copies_stay_lazy", "varying.rebind"}),
    "cuts_to_fit": (subject(CutsToFit, clauses=["before.*", "after.*", "mismatch.*"]), {"mismatch.rejected", "mismatch.message_names_both", "mismatch.failed_first_pass_recovers"}),
    "unseeded": (subject(Unseeded), {"after.reproducible", "after.context_free"}),
    "functional_is_not_lazy": (subject(functional), {"before.uninitialized"}),
    "detached": (subject(Detached), {"after.gradients"}),
}
