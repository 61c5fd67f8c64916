"""Faults that show after the first pass: shapes, values, what the layer has become, how it learns."""

from __future__ import annotations

import copy

from . import Planted
from .mxnet_classes import after_deferral, after_inference, around, block, dense, gluon, parameter

DENSE, CONV, NORM = "Dense(12)", "Conv2D(12, 3)", "BatchNorm()"


def changed(change):
    """A plant that changes the array of a parameter that has waited for its shape."""
    def then(found) -> None:
        for array in found._data:
            array[:] = change(array)
    return lambda patch: after_deferral(patch, then)


def one_more_draw(patch) -> None:
    def then(found) -> None:
        import mxnet
        mxnet.np.random.uniform(size=(3,)).wait_to_read()
    after_deferral(patch, then)


def not_trained(patch) -> None:
    def then(found) -> None:
        found.grad_req = "null"
    after_deferral(patch, then)


def recreated(patch) -> None:
    """The first pass puts new parameter objects in the place of those that it has filled."""
    def then(layer) -> None:
        for name, old in list(layer._reg_params.items()):
            new = copy.copy(old)
            layer._reg_params[name] = layer.params._params[old.name] = new
            layer.__dict__[name] = new
    after_inference(patch, then)


def drawn_at_each_pass(patch) -> None:
    def wrapper(original, self, x, *args):
        for each in self._reg_params.values():
            if each._data is not None:
                each.initialize(ctx=each.list_ctx(), force_reinit=True)
        return original(self, x, *args)
    around(patch, dense(), "forward", wrapper)


def last_axis(patch) -> None:
    """A convolution reads its number of channels from the last axis."""
    def wrapper(original, self, *args):
        if hasattr(self, "_kwargs") and "num_filter" in self._kwargs:
            self.weight.shape = (self.weight.shape[0], args[0].shape[-1], *self.weight.shape[2:])
        else:
            original(self, *args)
    around(patch, block(), "infer_shape", wrapper)


def first_axis(patch) -> None:
    """A dense layer takes the size of the batch for its number of features."""
    def wrapper(original, self, *args):
        if isinstance(self, dense()):
            self.weight.shape = (self.weight.shape[0], args[0].shape[0])
        else:
            original(self, *args)
    around(patch, block(), "infer_shape", wrapper)


def noted(patch) -> None:
    """A layer that has inferred its shapes keeps a note of it."""
    after_inference(patch, lambda layer: setattr(layer, "inferred", True))


def hooked(patch) -> None:
    after_inference(patch, lambda layer: layer.register_forward_hook(lambda *given: None))


def frozen_in_record(patch) -> None:
    """A first pass that records gradients leaves its parameters without any."""
    def wrapper(original, self, *args):
        import mxnet
        recording = mxnet.autograd.is_recording()
        original(self, *args)
        for each in self.collect_params().values():
            each._finish_deferred_init()
            if recording:
                each.grad_req = "null"
    around(patch, block(), "_deferred_infer_shape", wrapper)


def own_values_lost(patch) -> None:
    """initialize(init, force_reinit=True) after a dry run draws the default values again."""
    def wrapper(original, self, init=None, ctx=None, default_init=None, force_reinit=False):
        import mxnet
        if force_reinit:
            init = default_init = mxnet.init.Uniform()
        original(self, init, ctx, default_init or mxnet.init.Uniform(), force_reinit)
    around(patch, parameter(), "initialize", wrapper)


def seed_ignored(patch) -> None:
    """Values come from a generator that mx.random.seed does not reach."""
    import numpy
    source = numpy.random.RandomState(7)

    def then(found) -> None:
        import mxnet
        for array in found._data:
            make = mxnet.np.array if isinstance(array, mxnet.np.ndarray) else mxnet.nd.array
            array[:] = make(source.uniform(-0.07, 0.07, array.shape), dtype=array.dtype)
    after_deferral(patch, then)


FAULTS = [
    Planted("after", "a weight is zero", changed(lambda array: array * 0), ["after.distribution", "after.twin_values"]),
    Planted("after", "a weight is twice as large", changed(lambda array: array * 2), ["after.distribution", "after.twin_values"], DENSE),
    Planted("after", "a convolution's weight repeats its first filter", changed(lambda array: array[:1].broadcast_to(array.shape)),
            ["after.distribution", "after.twin_values"], CONV),
    Planted("after", "the running variance starts at zero", changed(lambda array: array * 0), ["after.distribution", "after.twin_values"], NORM),
    Planted("after", "initialization draws three numbers too many", one_more_draw, ["after.twin_values"]),
    Planted("after", "values come from a generator that the seed does not reach", seed_ignored, ["after.reproducible", "after.twin_values"]),
    Planted("after", "a weight that has waited is not trained", not_trained, ["after.gradients", "after.trains"]),
    Planted("after", "the first pass makes new parameter objects, of which a trainer does not know", recreated, ["after.idempotent", "after.trains"], DENSE),
    Planted("after", "values are drawn anew at each pass", drawn_at_each_pass, ["after.idempotent"], DENSE),
    Planted("after", "a convolution takes the last axis for the channels", last_axis, ["after.shapes", "before.constructs"], CONV),
    Planted("after", "a dense layer takes the batch for its features", first_axis, ["after.shapes", "before.constructs"], DENSE),
    Planted("after", "a layer that has inferred its shapes keeps a note of it", noted, ["after.twin_configuration"], DENSE),
    Planted("after", "a hook is left behind", hooked, ["after.twin_configuration"], DENSE),
    Planted("after", "a first pass under autograd.record() leaves its parameters without gradients", frozen_in_record, ["after.context_free"]),
    Planted("after", "an initializer of one's own is not asked after a dry run", own_values_lost, ["after.custom_init"]),
]
