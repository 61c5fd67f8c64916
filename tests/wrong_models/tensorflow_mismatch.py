"""Faults of Keras with dimensions that do not fit."""

from __future__ import annotations

from dataclasses import replace

from pytest_lazyinit.catalogue import tensorflow as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def around_call(wrong):
    """``Sequential.__call__`` replaced by ``wrong(model, right, args, kwargs)``; ``right(*args, **kwargs)`` goes on as before."""
    sequential = catalogue.keras().Sequential
    original = sequential.__call__

    def call(self, *args, **kwargs):
        return wrong(self, lambda *some, **named: original(self, *some, **named), args, kwargs)
    return patched(sequential, "__call__", call)


def column_broadcast():
    import tensorflow as tf

    def wrong(model, right, args, kwargs):
        if args and model.built and args[0].shape[1:] == (1,):
            args = (tf.repeat(args[0], model.weights[0].shape[0], axis=1), *args[1:])
        return right(*args, **kwargs)
    return around_call(wrong)


def kernel_cleared_by_a_rejection():
    def wrong(model, right, args, kwargs):
        ready = model.built
        try:
            return right(*args, **kwargs)
        except ValueError:
            if ready:
                model.weights[0].assign(model.weights[0] * 0)
            raise
    return around_call(wrong)


def features_cut_to_what_is_declared():
    def builder():
        from .tensorflow_layers import made
        return made("Cutting")()
    return replace(catalogue.subject(), conflict=Variant(builder))


def shape_fixed_by_a_failure():
    """The shape of a first call that fails is the only one that later calls may have."""
    def wrong(model, right, args, kwargs):
        fixed = getattr(model, "fixed_shape", None)
        if fixed is not None and args and tuple(args[0].shape) != tuple(fixed):
            raise ValueError(f"{model.name} has already been configured to use input shape {tuple(fixed)}")
        try:
            return right(*args, **kwargs)
        except Exception:
            if args and not any(layer.built for layer in model.layers):
                model.fixed_shape = tuple(args[0].shape)
            raise
    return around_call(wrong)


def message_without_sizes():
    def wrong(model, right, args, kwargs):
        try:
            return right(*args, **kwargs)
        except ValueError:
            raise ValueError(f"The input does not fit {model.name}") from None
    return around_call(wrong)


def loaded_as_it_goes():
    def set_weights(self, weights):
        for variable, value in zip(self.weights, weights):
            variable.assign(value)
    return patched(catalogue.keras().Sequential, "set_weights", set_weights)


def nothing_for_nothing():
    import tensorflow as tf
    return around_call(lambda model, right, args, kwargs: right(*args, **kwargs) if args or kwargs else tf.zeros((0,)))


FAULTS = [
    Fault("mismatch.rejected", "a single column is broadcast to all features", plant=column_broadcast),
    Fault("mismatch.rejection_changes_nothing", "a rejected call clears the first kernel", plant=kernel_cleared_by_a_rejection),
    Fault("mismatch.declared_conflict", "features are cut to the number that is declared", subject=features_cut_to_what_is_declared),
    Fault("mismatch.failed_first_pass_recovers", "a first call that fails fixes the input shape", plant=shape_fixed_by_a_failure),
    Fault("mismatch.message_names_both", "the error of a mismatch names no size", plant=message_without_sizes),
    Fault("mismatch.state_rejected", "set_weights() compares shapes as it goes", plant=loaded_as_it_goes),
    Fault("mismatch.degenerate", "a call without input is accepted", plant=nothing_for_nothing),
]
