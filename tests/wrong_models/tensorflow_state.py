"""Faults of Keras in the states of models: saved, loaded, copied, initialized twice."""

from __future__ import annotations

from pytest_lazyinit.catalogue import tensorflow as catalogue

from . import Fault, patched


def model() -> type:
    return catalogue.keras().Model


def built_by_saving():
    """Saving the weights of an untouched model builds it for a width that nobody has named."""
    right = model().save_weights

    def save_weights(self, *args, **kwargs):
        if not self.built:
            self.build((None, 7))
        return right(self, *args, **kwargs)
    return patched(model(), "save_weights", save_weights)


def ignored_before_the_first_pass():
    """A file of weights is accepted by a model without variables, and forgotten."""
    right = model().load_weights
    return patched(model(), "load_weights", lambda self, *args, **kwargs: right(self, *args, **kwargs) if self.built else None)


def rounded_by_loading():
    """What is loaded into an initialized model is rounded to half precision."""
    import numpy as np
    right = model().load_weights

    def load_weights(self, *args, **kwargs):
        outcome = right(self, *args, **kwargs)
        for weight in self.weights if self.built else ():
            weight.assign(weight.numpy().astype(np.float16).astype(np.float32))
        return outcome
    return patched(model(), "load_weights", load_weights)


def layers_passed_over():
    """A checkpoint that is restored into layers, and not into a model, is passed over."""
    import tensorflow as tf
    right, dense = tf.train.Checkpoint.read, tf.keras.layers.Dense

    def read(self, *args, **kwargs):
        alone = any(isinstance(held, dense) for held in vars(self).values())
        return right(tf.train.Checkpoint() if alone else self, *args, **kwargs)
    return patched(tf.train.Checkpoint, "read", read)


def emptied_by_deepcopy():
    """A deep copy of an initialized model is left at zero."""
    right = model().__deepcopy__

    def deepcopy(self, memo):
        made = right(self, memo)
        for weight in made.weights if self.built else ():
            weight.assign(0 * weight)
        return made
    return patched(model(), "__deepcopy__", deepcopy)


def emptied_by_building_again():
    """A model that is built by its configuration a second time is left at zero."""
    sequential = catalogue.keras().Sequential
    right = sequential.build_from_config

    def build_from_config(self, config):
        before = list(self.weights) if self.built else []
        right(self, config)
        for weight in before:
            weight.assign(0 * weight)
    return patched(sequential, "build_from_config", build_from_config)


FAULTS = [
    Fault("state.save_before", "saving the weights of an untouched model builds it for a guessed width", plant=built_by_saving),
    Fault("state.load_before", "a file of weights is accepted by an untouched model and forgotten", plant=ignored_before_the_first_pass),
    Fault("state.round_trip", "what is loaded into an initialized model is rounded to half precision", plant=rounded_by_loading),
    Fault("state.partial_load", "a checkpoint that is restored into layers one by one is passed over", plant=layers_passed_over),
    Fault("state.copy_after", "a deep copy of an initialized model is left at zero", plant=emptied_by_deepcopy),
    Fault("state.reinitialize_refused", "building a model by its configuration a second time sets it to zero", plant=emptied_by_building_again),
]
