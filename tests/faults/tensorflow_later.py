"""Faults that show later: at mismatched and varying inputs, in saved and loaded values, under transformations."""

from __future__ import annotations

import numpy as np

from . import Planted
from .tensorflow_classes import around, calling, dense, keras, layers, then

DENSE = "layers.Dense(96)"


def lenient(patch) -> None:
    """No layer demands the width that it was built for, and a dense one cuts or pads its input to it."""
    import tensorflow as tf

    def fitted(original, self, inputs):
        width = self.kernel.shape[0]
        return original(self, tf.pad(inputs, [[0, 0]] * (len(inputs.shape) - 1) + [[0, width]])[..., :width])
    then(lambda layer: setattr(layer, "input_spec", None))(patch)
    calling(patch, dense(), fitted)


def bound_again(patch) -> None:
    """A layer fed another width is built again."""
    def wrapper(original, self, inputs, *args, **kwargs):
        if self.built and len(inputs.shape) and inputs.shape[-1] != self.kernel.shape[0]:
            self.__init__(self.units, self.activation)
        return original(self, inputs, *args, **kwargs)
    around(patch, dense(), "__call__", wrapper)


def written_before_failing(patch) -> None:
    def wrapper(original, self, inputs, *args, **kwargs):
        try:
            return original(self, inputs, *args, **kwargs)
        except ValueError:
            if self.built:
                self.bias.assign(np.ones(self.bias.shape, "float32"))
            raise
    around(patch, dense(), "__call__", wrapper)


def built_by_failing(patch) -> None:
    """A first call that fails leaves a layer that says it is built."""
    def wrapper(original, self, inputs, *args, **kwargs):
        try:
            return original(self, inputs, *args, **kwargs)
        except Exception:
            self.built = True
            raise
    around(patch, dense(), "__call__", wrapper)


def sizes_unsaid(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        try:
            return original(self, *args, **kwargs)
        except ValueError:
            raise ValueError("the input does not fit the layer") from None
    around(patch, dense(), "__call__", wrapper)


def others_loaded(patch) -> None:
    """Values of another shape are left out in silence."""
    def wrapper(original, self, weights):
        due = [np.array(weight) for weight in self.weights]
        original(self, [new if np.shape(new) == old.shape else old for new, old in zip(weights, due)])
    around(patch, keras().Model, "set_weights", wrapper)


def scalar_taken(patch) -> None:
    import tensorflow as tf
    around(patch, dense(), "__call__", lambda original, self, inputs, *args, **kwargs: original(
        self, tf.reshape(inputs, (1, 1)) if not len(inputs.shape) else inputs, *args, **kwargs))


def width_of_the_class(patch) -> None:
    """The class remembers the first width that it saw, for every layer after it."""
    seen = {}

    def wrapper(original, self, input_shape):
        original(self, (*input_shape[:-1], seen.setdefault(self.units, input_shape[-1])))
    around(patch, dense(), "build", wrapper)


def batch_of_the_first_pass(patch) -> None:
    """A layer takes no other batch size than that of its first pass."""
    def wrapper(original, self, inputs, *args, **kwargs):
        found = original(self, inputs, *args, **kwargs)
        if self.input_spec is not None and inputs.shape[0] is not None:
            self.input_spec = layers().InputSpec(shape=(inputs.shape[0], *inputs.shape[1:]))
        return found
    around(patch, dense(), "__call__", wrapper)


def restored_and_drawn_over(patch) -> None:
    """What a checkpoint holds for a variable to come is drawn over when it is made."""
    then(lambda layer: layer.kernel.assign(layer.kernel_initializer(layer.kernel.shape)))(patch)


def others_given(patch) -> None:
    """get_weights() gives every value twice as large as it is."""
    def wrapper(original, self):
        return [2 * value for value in original(self)]
    around(patch, keras().Model, "get_weights", wrapper)


def shared_by_copies(patch) -> None:
    patch.setattr(keras().Sequential, "__deepcopy__", lambda self, memo: memo.setdefault(id(self), keras().Sequential(self.layers)), raising=False)


def one_unit_more(patch) -> None:
    around(patch, dense(), "compute_output_shape", lambda original, self, shape: (*tuple(original(self, shape))[:-1], self.units + 1))


def zero_where_traced(patch) -> None:
    """A pass that is compiled gives zeros."""
    def wrapper(original, self, inputs):
        import tensorflow as tf
        found = original(self, inputs)
        return found if tf.executing_eagerly() else 0 * found
    calling(patch, dense(), wrapper)


def drawn_where_traced(patch) -> None:
    """A first pass that is compiled leaves a kernel of zeros."""
    def wrapper(original, self, inputs, *args, **kwargs):
        import tensorflow as tf
        fresh, found = not self.built, original(self, inputs, *args, **kwargs)
        if fresh and not tf.executing_eagerly():
            with tf.init_scope():
                self.kernel.assign(np.zeros(self.kernel.shape, "float32"))
        return found
    around(patch, dense(), "__call__", wrapper)


def swallowed(patch) -> None:
    """A model that is not built is left out of the one around it."""
    def wrapper(original, self, inputs=None, *args, **kwargs):
        lazy = isinstance(inputs, list) and len(inputs) == 1 and isinstance(inputs[0], keras().Model) and not inputs[0].built
        original(self, [] if lazy else inputs, *args, **kwargs)
    around(patch, keras().Sequential, "__init__", wrapper)


FAULTS = [
    Planted("mismatch", "another width is cut or padded to the known one", lenient, ["mismatch.rejected"], DENSE),
    Planted("mismatch", "another width makes a layer start over", bound_again, ["mismatch.rejected"], DENSE),
    Planted("mismatch", "a rejected input has changed the bias", written_before_failing, ["mismatch.rejection_changes_nothing"], DENSE),
    Planted("mismatch", "a first call that fails leaves a layer that says it is built", built_by_failing, ["mismatch.failed_first_pass_recovers"], DENSE),
    Planted("mismatch", "the error for a wrong width names no size", sizes_unsaid, ["mismatch.message_names_both"], DENSE),
    Planted("mismatch", "values of other shapes are left out in silence", others_loaded, ["mismatch.state_rejected"]),
    Planted("mismatch", "a scalar is taken for one feature", scalar_taken, ["mismatch.degenerate"], DENSE),
    Planted("varying", "a class remembers the first width that it saw, for all later layers", width_of_the_class, ["varying.rebind"]),
    Planted("varying", "a layer takes no other batch size than its first one", batch_of_the_first_pass, ["varying.batch_sizes"], DENSE),
    Planted("state", "what a checkpoint holds for a variable to come is drawn over", restored_and_drawn_over, ["state.load_before", "state.partial_load"]),
    Planted("state", "values that are asked of a model are others than it has", others_given, ["state.round_trip", "state.load_into_lazy"]),
    Planted("state", "a deep copy of an initialized model shares its layers", shared_by_copies, ["state.copy_after"]),
    Planted("transform", "the inferred shape has one unit more than the output", one_unit_more, ["transform.abstract"], DENSE),
    Planted("transform", "a compiled pass gives zeros", zero_where_traced, ["transform.compiled_first_pass"], DENSE),
    Planted("transform", "a compiled first pass leaves a kernel of zeros", drawn_where_traced, ["transform.compiled_first_pass", "after.context_free"], DENSE),
    Planted("transform", "a model that is not built is left out of the one around it", swallowed, ["transform.wrappers"]),
]
