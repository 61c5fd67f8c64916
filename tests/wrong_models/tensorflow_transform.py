"""Faults of Keras under transformations of whole models."""

from __future__ import annotations

from pytest_lazyinit.catalogue import tensorflow as catalogue

from . import Fault, patched


def one_unit_too_many():
    """The output's shape is inferred with one unit too many."""
    sequential = catalogue.keras().Sequential
    right = sequential.compute_output_shape

    def compute_output_shape(self, input_shape):
        shape = tuple(right(self, input_shape))
        return (*shape[:-1], shape[-1] + 1)
    return patched(sequential, "compute_output_shape", compute_output_shape)


def zeros_by_the_loop():
    """A model that the loop of one batch initializes is left at zero."""
    model = catalogue.keras().Model
    right = model.predict_on_batch

    def predict_on_batch(self, *args, **kwargs):
        untouched = not self.built
        output = right(self, *args, **kwargs)
        for weight in self.weights if untouched else ():
            weight.assign(0 * weight)
        return output
    return patched(model, "predict_on_batch", predict_on_batch)


def unit_lost_by_wrapping():
    """A wrapper around a layer that is not built takes a unit away from it."""
    wrapper = catalogue.keras().layers.SpectralNormalization
    right = wrapper.__init__

    def constructor(self, layer, *args, **kwargs):
        if not layer.built:
            layer.units -= 1
        right(self, layer, *args, **kwargs)
    return patched(wrapper, "__init__", constructor)


FAULTS = [
    Fault("transform.abstract", "the output's shape is inferred with one unit too many", plant=one_unit_too_many),
    Fault("transform.compiled_first_pass", "a model that the prediction loop initializes is left at zero", plant=zeros_by_the_loop),
    Fault("transform.wrappers", "a wrapper takes a unit away from a layer that is not built", plant=unit_lost_by_wrapping),
]
