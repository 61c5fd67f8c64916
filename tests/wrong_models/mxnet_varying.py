"""Faults of MXNet Gluon under inputs, uses and threads that vary."""

from __future__ import annotations

from dataclasses import replace

from pytest_lazyinit import Subject
from pytest_lazyinit.catalogue import mxnet as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def output_squeezed():
    import mxnet
    sequential = mxnet.gluon.nn.Sequential
    right = sequential.forward

    def forward(self, x):
        output = right(self, x)
        return output.squeeze() if isinstance(output, mxnet.np.ndarray) else output
    return patched(sequential, "forward", forward)


def leading_flattened():
    """``flatten=False`` forgotten: all axes but the first are one."""
    return replace(catalogue.subject(), leading=Variant(builder=catalogue.mlp))


def memory_shared_by_models():
    """Values of one shape go to one place, which another model may still use."""
    from mxnet.gluon import Parameter
    right, pool = Parameter._init_impl, {}

    def init(self, data, ctx_list):
        right(self, data, ctx_list)
        if self.shape[1:]:
            keys = [(array.shape, str(array.dtype), array.ctx) for array in self._data]
            self._data = [data.copyto(pool.setdefault(key, array)) for key, array in zip(keys, self._data)]
            self._init_grad()
    return patched(Parameter, "_init_impl", init)


def reinitialization_registers_nothing():
    from mxnet.gluon import Parameter
    right = Parameter.initialize

    def initialize(self, init=None, ctx=None, *args, force_reinit=False, **kwargs):
        if force_reinit and init is None:
            self._data = self._grad = None
        else:
            right(self, init, ctx, *args, force_reinit=force_reinit, **kwargs)
    return patched(Parameter, "initialize", initialize)


def tie_detached():
    def builder():
        from .mxnet_blocks import DetachedTie
        return DetachedTie()
    return replace(catalogue.subject(), tied=Variant(builder=builder, shared=("shared.*",), count=6))


def tie_dropped():
    """A layer of its own where the shared one should be used again."""
    def builder():
        from mxnet.gluon import nn
        return catalogue.chain(nn.Dense(256), nn.Dense(256), nn.Dense(10))
    return replace(catalogue.subject(), tied_conflict=Variant(builder=builder))


def trunk_initialized_again():
    """The adapters' model of somebody who initializes the trunk with every adapter that is used for the first time."""
    net = catalogue.many_widths()

    def initialize(adapter, args):
        if adapter.weight._data is None:
            net.trunk.initialize(force_reinit=True)
    for width in catalogue.WIDTHS:
        net._children[f"adapter{width}"].register_forward_pre_hook(initialize)
    return net


def subject_trunk_initialized_again():
    variant = replace(catalogue.subject().many_widths, builder=trunk_initialized_again)
    return replace(catalogue.subject(), many_widths=variant)


def images():
    """A model of images with the channels last, whose width is the number of channels."""
    def builder():
        from .mxnet_blocks import Pixels
        return Pixels()
    return Subject(builder, input_shape=(2, 8, 8, 3), framework="mxnet", leading=catalogue.subject().leading,
                   resolutions=Variant(builder, input_shapes=((2, 9, 9, 3),)))


def published_before_written():
    """A parameter has zeros until it has its gradient buffer, and its values only then."""
    from mxnet.gluon import Parameter
    right = Parameter._init_impl

    def init(self, data, ctx_list):
        right(self, data * 0, ctx_list)
        for array in self._data:
            array[:] = data.as_in_ctx(array.ctx)
    return patched(Parameter, "_init_impl", init)


FAULTS = [
    Fault("varying.batch_sizes", "the output is squeezed, so a batch of one loses its axis", plant=output_squeezed),
    Fault("varying.leading_dimensions", "the layers make one axis of all but the first", subject=leading_flattened),
    Fault("varying.rebind", "weights of one shape share their memory between models", plant=memory_shared_by_models,
          follows=("state.load_before", "state.round_trip", "state.partial_load")),
    Fault("varying.rebind_by_framework", "initialize(force_reinit=True) drops the values and registers nothing",
          plant=reinitialization_registers_nothing),
    Fault("varying.tied", "the second use of a shared layer is detached from the gradient", subject=tie_detached),
    Fault("varying.tied_conflict", "a shared layer is replaced by one of its own at the second use", subject=tie_dropped),
    Fault("varying.many_widths", "every width that is used for the first time initializes the trunk again", subject=subject_trunk_initialized_again),
    Fault("varying.resolutions", "a layer over all pixels of an image instead of their mean", subject=images),
    Fault("varying.concurrent", "a parameter is published before its values are written", plant=published_before_written),
]
