"""Faults of PyTorch that show before the first pass."""

from __future__ import annotations

from dataclasses import replace

from pytest_lazyinit.catalogue import torch as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def fetched_by_builder():
    def builder():
        import torch
        units = torch.tensor(catalogue.HIDDEN, device="cpu").cpu()
        return torch.nn.Sequential(catalogue.dense(int(units)), torch.nn.ReLU(), catalogue.dense(catalogue.CLASSES))
    return replace(catalogue.subject(), builder=builder)


def bias_drawn_late():
    def builder():
        from torch import nn

        from .torch_modules import DrawnLate
        return nn.Sequential(nn.LazyLinear(catalogue.HIDDEN), nn.ReLU(), DrawnLate(catalogue.CLASSES))

    def fewer_hidden():
        from torch import nn
        return nn.Sequential(nn.LazyLinear(7), nn.ReLU(), nn.LazyLinear(catalogue.CLASSES))
    return replace(catalogue.subject(), builder=builder, other_units=Variant(fewer_hidden))


def room_for_a_gradient():
    """An uninitialized parameter takes memory in case it grows to a thousand values."""
    import torch
    uninitialized = torch.nn.parameter.UninitializedParameter

    def new(cls, requires_grad=True, device=None, dtype=None):
        return torch.Tensor._make_subclass(cls, torch.zeros(1024, device=device, dtype=dtype), requires_grad)
    return patched(uninitialized, "__new__", staticmethod(new))


def allowed(method: str):
    """One more method that an uninitialized parameter lets through to the empty tensor that it is."""
    import torch
    mixin = torch.nn.parameter.UninitializedTensorMixin
    return patched(mixin, "_allowed_methods", [*mixin._allowed_methods, getattr(torch.Tensor, method)])


def width_shown_from_weight():
    from torch import nn
    return patched(nn.LazyLinear, "extra_repr", lambda self: f"in_features={self.weight.shape[1]}, out_features={self.out_features}")


def single_precision_made():
    import torch
    mixin = torch.nn.parameter.UninitializedTensorMixin
    right = mixin.materialize
    return patched(mixin, "materialize", lambda self, shape, device=None, dtype=None: right(self, shape, device, dtype or torch.float32))


def thawed_by_deepcopy():
    from torch.nn.parameter import UninitializedParameter

    def deepcopy(self, memo):
        return memo.setdefault(id(self), type(self)(device=self.data.device, dtype=self.data.dtype))
    return patched(UninitializedParameter, "__deepcopy__", deepcopy)


def drawn_again():
    """The partly declared MLP of somebody who initializes every layer at the first pass."""
    def reset(module, inputs):
        reset_once.remove()
        module[0].reset_parameters()
    net = catalogue.mlp(catalogue.WIDTH)
    reset_once = net.register_forward_pre_hook(reset)
    return net


def subject_drawn_again():
    return replace(catalogue.subject(), partial=Variant(drawn_again, initialized=["0.*"]))


def made_by_asking():
    """Asking for an uninitialized parameter by its name makes an empty one of it."""
    from torch import nn
    right = nn.Module.get_parameter

    def get_parameter(self, target):
        found = right(self, target)
        if isinstance(found, nn.parameter.UninitializedParameter):
            found.materialize((0,))
        return found
    return patched(nn.Module, "get_parameter", get_parameter)


FAULTS = [
    Fault("before.constructs", "the builder fetches the number of units from the device", subject=fetched_by_builder),
    Fault("before.uninitialized", "a bias holds zeros until the first pass draws its values", subject=bias_drawn_late),
    Fault("before.allocates_nothing", "an uninitialized parameter takes 4 KiB", plant=room_for_a_gradient),
    Fault("before.access_refused", "an uninitialized parameter says that it has no elements", plant=lambda: allowed("numel")),
    Fault("before.display", "a lazy layer prints the width of its weight", plant=width_shown_from_weight),
    Fault("before.initialize_only_registers", "filling an uninitialized parameter is accepted and lost", plant=lambda: allowed("fill_")),
    Fault("before.placement_remembered", "parameters are made in single precision, whatever was asked", plant=single_precision_made,
          follows=("state.partial_load",)),
    Fault("before.copies_stay_lazy", "deepcopy thaws uninitialized parameters", plant=thawed_by_deepcopy),
    Fault("before.partial", "the first pass initializes the declared layer again", subject=subject_drawn_again),
    Fault("before.queries_have_no_effect", "get_parameter() makes an empty parameter of an uninitialized one", plant=made_by_asking),
]
