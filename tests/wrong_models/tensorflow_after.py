"""Faults of Keras that show after the first pass."""

from __future__ import annotations

from dataclasses import replace

from pytest_lazyinit.catalogue import tensorflow as catalogue

from . import Fault, patched
from .tensorflow_before import dense
from .tensorflow_mismatch import around_call


def too_narrow():
    """255 hidden units in the model and its twin, 256 in what is declared of it."""
    from .tensorflow_layers import stack
    shapes = {"dense/kernel": (20, 256), "dense/bias": (256,), "dense_1/kernel": (256, 10), "dense_1/bias": (10,)}
    return replace(catalogue.subject(), builder=lambda: stack(units=255), like=lambda: stack(units=255, in_units=20),
                   twin_at=lambda width: stack(units=255, in_units=width), shapes=shapes)


def with_further(name: str):
    """The MLP with a wrong layer behind it."""
    from .tensorflow_layers import made, stack
    return replace(catalogue.subject(), builder=lambda: stack(made(name)()), like=lambda: stack(made(name)(), in_units=20),
                   twin_at=lambda width: stack(made(name)(), in_units=width))


def with_average():
    return with_further("Average")


def inference_draws():
    """What builds a model for the shape of its data draws a sample of it first."""
    import tensorflow as tf
    sequential = catalogue.keras().Sequential
    right = sequential._build_graph_network_for_inferred_shape

    def infer(self, input_shape, *args, **kwargs):
        if not self._graph_initialized:
            tf.random.uniform(())
        return right(self, input_shape, *args, **kwargs)
    return patched(sequential, "_build_graph_network_for_inferred_shape", infer)


def variance_scaling() -> type:
    return catalogue.keras().initializers.VarianceScaling


def half_the_range():
    right = variance_scaling().__call__
    return patched(variance_scaling(), "__call__", lambda self, *args, **kwargs: right(self, *args, **kwargs) / 2)


def tanh_for_relu():
    from .tensorflow_layers import stack
    return replace(catalogue.subject(), builder=lambda: stack(activation="tanh"), like=lambda: stack(activation="tanh", in_units=20))


def deferral_in_the_text():
    """A layer's text says for ever that its input was not declared."""
    def text(self):
        return f"<{type(self).__name__}{'' if hasattr(self, '_batch_input_shape') else ' deferred'}>"
    return patched(dense(), "__repr__", text)


def vector_made_anew():
    return with_further("Offset")


def seed_of_its_own():
    right = variance_scaling().__init__

    def constructor(self, *args, seed=None, **kwargs):
        right(self, *args, seed=7 if seed is None else seed, **kwargs)
    return patched(variance_scaling(), "__init__", constructor)


def cut_off_where_frozen():
    import tensorflow as tf
    sequential = catalogue.keras().Sequential
    right = sequential.call

    def call(self, inputs, training=None, mask=None):
        output = right(self, inputs, training=training, mask=mask)
        return output if all(layer.trainable for layer in self.layers) else tf.stop_gradient(output)
    return patched(sequential, "call", call)


def update_uphill():
    sgd = catalogue.keras().optimizers.SGD
    right = sgd.update_step
    return patched(sgd, "update_step", lambda self, gradient, *args: right(self, -gradient, *args))


def vectors_left_at_zero():
    constant = catalogue.keras().initializers.Constant
    right = constant.__call__
    return patched(constant, "__call__", lambda self, shape, **kwargs: right(self, shape, **kwargs) * (len(shape) > 1))


def keyword_refused():
    def wrong(model, right, args, kwargs):
        if not args and kwargs and not model.built:
            raise TypeError("The first call takes its input by position.")
        return right(*args, **kwargs)
    return around_call(wrong)


def frozen_in_inference():
    """A first pass in inference mode leaves the model frozen."""
    sequential = catalogue.keras().Sequential
    right = sequential.call

    def call(self, inputs, training=None, mask=None):
        fresh = not self._graph_initialized
        output = right(self, inputs, training=training, mask=mask)
        if fresh and training is False:
            self.trainable = False
        return output
    return patched(sequential, "call", call)


FAULTS = [
    Fault("after.shapes", "a layer has 255 units where 256 are declared", subject=too_narrow),
    # Zero features are a first pass too, after which every value has to be written.
    Fault("after.nothing_uninitialized", "a layer keeps an average that nobody sets", subject=with_average, follows=("mismatch.degenerate",)),
    Fault("after.twin_values", "building for the data's shape draws one random number", plant=inference_draws),
    Fault("after.distribution", "initial values have half of the documented range", plant=half_the_range),
    Fault("after.output", "the hidden layer computes tanh instead of relu", subject=tanh_for_relu),
    Fault("after.twin_configuration", "a layer's text says for ever that its input was not declared", plant=deferral_in_the_text),
    Fault("after.idempotent", "a vector made in the constructor is made anew at the first pass", subject=vector_made_anew,
          follows=("state.load_before", "state.partial_load", "transform.abstract")),
    Fault("after.reproducible", "an initializer without a seed always takes the same one", plant=seed_of_its_own),
    Fault("after.gradients", "a model with a frozen layer is cut off from the gradient as a whole", plant=cut_off_where_frozen),
    Fault("after.trains", "the optimizer goes uphill", plant=update_uphill),
    Fault("after.custom_init", "a constant initializer leaves vectors at zero", plant=vectors_left_at_zero),
    Fault("after.every_call_form", "the first call takes its input by position only", plant=keyword_refused),
    Fault("after.context_free", "a first pass in inference mode leaves the model frozen", plant=frozen_in_inference),
]
