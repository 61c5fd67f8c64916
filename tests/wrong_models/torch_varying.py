"""Faults of PyTorch under inputs, uses and threads that vary."""

from __future__ import annotations

import functools
from dataclasses import replace

from pytest_lazyinit import Subject
from pytest_lazyinit.catalogue import torch as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def output_squeezed():
    from torch import nn
    right = nn.Sequential.forward
    return patched(nn.Sequential, "forward", lambda self, input: right(self, input).squeeze())


def leading_merged():
    from torch import nn
    right = nn.Sequential.forward
    return patched(nn.Sequential, "forward", lambda self, input: right(self, input.flatten(0, -2) if input.ndim > 2 else input))


def memory_shared_by_models():
    """Weights of one shape go to one place, which another model may still use."""
    import torch
    mixin = torch.nn.parameter.UninitializedTensorMixin
    right, pool = mixin.materialize, {}

    def materialize(self, shape, device=None, dtype=None):
        right(self, shape, device, dtype)
        if len(shape) > 1:
            key = tuple(shape), self.dtype, self.device, self.is_inference()
            self.data = pool.setdefault(key, self.data)
    return patched(mixin, "materialize", materialize)


def untouched_state_ignored():
    """A state dictionary of an untouched model is taken, and nothing of it is loaded."""
    from torch import nn
    right = nn.Module.load_state_dict

    @functools.wraps(right)  # by its signature it is told whether it can assign
    def load_state_dict(self, state_dict, *args, **kwargs):
        lazy = {name for name, value in state_dict.items() if nn.parameter.is_lazy(value)}
        kept = {name: value for name, value in self.state_dict().items() if name in lazy}
        return right(self, {**state_dict, **kept}, *args, **kwargs)
    return patched(nn.Module, "load_state_dict", load_state_dict)


def tie_detached():
    def builder():
        from .torch_modules import DetachedTie
        net = catalogue.tied()
        return DetachedTie(net[0], net[1], net[2], net[3], net[6])
    return replace(catalogue.subject(), tied=Variant(builder, shared=["2.*"], count=6))


def tie_dropped():
    """A layer of its own where the shared one should be used again."""
    def builder():
        from torch import nn
        return nn.Sequential(nn.LazyLinear(catalogue.HIDDEN), nn.ReLU(), nn.LazyLinear(catalogue.HIDDEN))
    return replace(catalogue.subject(), tied_conflict=Variant(builder))


def trunk_initialized_again():
    """The adapters' model of somebody who initializes the trunk with every adapter that is used for the first time."""
    net = catalogue.many_widths()

    def initialize(adapter, inputs):
        waiting.remove(adapter)
        if len(waiting) < len(net.adapters) - 1:
            net.trunk[1].reset_parameters()
    waiting = list(net.adapters.values())
    for adapter in net.adapters.values():
        adapter.register_forward_pre_hook(lambda adapter, inputs: initialize(adapter, inputs) if adapter in waiting else None)
    return net


def subject_trunk_initialized_again():
    return replace(catalogue.subject(), many_widths=replace(catalogue.subject().many_widths, builder=trunk_initialized_again))


def images():
    def builder():
        from .torch_modules import Columns
        return Columns()
    return Subject(builder, input_shape=(2, 3, 8, 8), framework="torch", resolutions=Variant(builder, input_shapes=[(2, 3, 8, 12)]))


def drawn_in_use(*widths: int):
    from .torch_modules import DrawnInUse
    return DrawnInUse(*catalogue.mlp(*widths))


def subject_drawn_in_use():
    return replace(catalogue.subject(), builder=drawn_in_use, like=lambda: drawn_in_use(20, 256),
                   twin_at=lambda width: drawn_in_use(width, 256))


FAULTS = [
    Fault("varying.batch_sizes", "the output is squeezed, so a batch of one loses its axis", plant=output_squeezed,
          follows=("transform.compiled_first_pass",)),
    Fault("varying.leading_dimensions", "leading dimensions are merged into one and stay so", plant=leading_merged),
    Fault("varying.rebind", "weights of one shape share their memory between models", plant=memory_shared_by_models,
          follows=("state.load_before", "state.load_into_lazy", "state.round_trip", "state.partial_load"), whole=True),
    Fault("varying.rebind_by_framework", "loading the state of an untouched model is accepted and does nothing",
          plant=untouched_state_ignored),
    Fault("varying.tied", "the second use of a shared layer is detached from the gradient", subject=tie_detached),
    Fault("varying.tied_conflict", "a shared layer is replaced by one of its own at the second use", subject=tie_dropped),
    Fault("varying.many_widths", "every width that is used for the first time initializes the trunk again",
          subject=subject_trunk_initialized_again),
    Fault("varying.resolutions", "a convolutional model has a dense layer over the columns of the image", subject=images),
    Fault("varying.concurrent", "two threads that meet a fresh model both draw its weights", subject=subject_drawn_in_use,
          follows=("state.load_before", "transform.compiled_first_pass", "transform.functional_call")),
]
