"""Faults of Keras under inputs, uses and threads that vary."""

from __future__ import annotations

from dataclasses import replace

from pytest_lazyinit import Subject
from pytest_lazyinit.catalogue import tensorflow as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched
from .tensorflow_after import with_further
from .tensorflow_before import dense
from .tensorflow_mismatch import around_call


def one_row_squeezed():
    import tensorflow as tf

    def wrong(model, right, args, kwargs):
        output = right(*args, **kwargs)
        return tf.squeeze(output, 0) if output.shape[0] == 1 else output
    return around_call(wrong)


def leading_merged():
    import tensorflow as tf

    def wrong(model, right, args, kwargs):
        if args and len(args[0].shape) > 2:
            args = (tf.reshape(args[0], (-1, args[0].shape[-1])), *args[1:])
        return right(*args, **kwargs)
    return around_call(wrong)


def counter_shared_by_models():
    return with_further("Calls")


def build_once():
    right = dense().build
    return patched(dense(), "build", lambda self, input_shape: None if self.built else right(self, input_shape))


def tie_detached():
    def builder():
        from .tensorflow_layers import made
        return made("DetachedTie")()
    return replace(catalogue.subject(), tied=Variant(builder, shared=("shared/*",), count=6))


def tie_cut():
    def builder():
        from .tensorflow_layers import made
        return made("CutTie")()
    return replace(catalogue.subject(), tied_conflict=Variant(builder))


def trunk_initialized_again():
    def builder():
        from .tensorflow_layers import made
        return made("Again")()
    return replace(catalogue.subject(), many_widths=replace(catalogue.subject().many_widths, builder=builder))


def columns_weighed():
    """The MLP on images, and a convolutional model beside it that weighs their columns."""
    def builder():
        from .tensorflow_layers import made
        layers = catalogue.keras().layers
        return catalogue.keras().Sequential([layers.Conv2D(4, 3, padding="same"), made("Columns")(), layers.GlobalAveragePooling2D(), layers.Dense(10)])
    return Subject(catalogue.mlp, input_shape=(2, 8, 10, 3), framework="tensorflow", resolutions=Variant(builder, input_shapes=[(2, 8, 12, 3)]))


def note_of_the_first_pass():
    """A first pass strikes a note off the model at its end; of two at once, the later one does not find it."""
    def wrong(model, right, args, kwargs):
        notes = vars(model).setdefault("notes", {"first pass"})
        fresh = bool(notes)
        output = right(*args, **kwargs)
        if fresh:
            notes.remove("first pass")
        return output
    return around_call(wrong)


FAULTS = [
    Fault("varying.batch_sizes", "a batch of one loses its axis", plant=one_row_squeezed),
    Fault("varying.leading_dimensions", "leading dimensions are merged into one and stay so", plant=leading_merged),
    Fault("varying.rebind", "all models share the counter of a layer", subject=counter_shared_by_models, follows=("state.copy_after",)),
    Fault("varying.rebind_by_framework", "build() of a built layer is accepted and does nothing", plant=build_once,
          follows=("state.reinitialize_refused",)),
    Fault("varying.tied", "the second use of a shared layer is detached from the gradient", subject=tie_detached),
    Fault("varying.tied_conflict", "two layers stand where one should be used twice", subject=tie_cut),
    Fault("varying.many_widths", "every width that is used for the first time changes the trunk", subject=trunk_initialized_again),
    Fault("varying.resolutions", "a convolutional model has a weight for every column of the image", subject=columns_weighed),
    Fault("varying.concurrent", "a first pass strikes a note off the model, without a lock", plant=note_of_the_first_pass),
]
