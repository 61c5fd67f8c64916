"""Faults of PyTorch that show after the first pass."""

from __future__ import annotations

import functools
from dataclasses import replace

from pytest_lazyinit.catalogue import torch as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def too_narrow():
    """255 hidden units in the model and its twin, 256 in what is declared of it."""
    def builder(width=None, hidden=None):
        from torch import nn
        return nn.Sequential(catalogue.dense(255, width), nn.ReLU(), catalogue.dense(10, hidden))
    declared = {"0.weight": (256, 20), "0.bias": (256,), "2.weight": (10, 256), "2.bias": (10,)}
    return replace(catalogue.subject(), builder=builder, like=lambda: builder(20, 255),
                   twin_at=lambda width: builder(width, 255), shapes=declared)


def extended(*widths: int, by: str, **arguments: int):
    """The MLP with one more layer."""
    from . import torch_modules
    net = catalogue.mlp(*widths)
    net.add_module("3", getattr(torch_modules, by)(**arguments))
    return net


def with_average():
    return replace(catalogue.subject(), builder=lambda: extended(by="Average"), other_units=Variant(lambda: extended(None, None, 7, by="Average")), like=lambda: extended(20, 256, by="Average"),
                   twin_at=lambda width: extended(width, 256, by="Average"))


def one_number_more():
    def builder():
        from .torch_modules import draw_once
        net = catalogue.mlp()
        net.register_forward_hook(draw_once)
        return net
    return replace(catalogue.subject(), builder=builder)


def half_the_range():
    import torch
    right = torch.nn.init.kaiming_uniform_

    def kaiming_uniform_(tensor, *args, **kwargs):
        with torch.no_grad():
            return right(tensor, *args, **kwargs).mul_(0.5)
    return patched(torch.nn.init, "kaiming_uniform_", kaiming_uniform_)


def tanh_for_relu():
    import torch
    return patched(torch.nn.functional, "relu", lambda input, inplace=False: torch.tanh(input))


def hook_left_behind():
    from torch.nn.modules.lazy import LazyModuleMixin

    from .torch_modules import do_nothing
    right = LazyModuleMixin._infer_parameters

    @functools.wraps(right)  # lazy layers are pickled with their hook, and that by its name
    def infer(self, module, *inputs):
        right(self, module, *inputs)
        module.register_forward_pre_hook(do_nothing)
    return patched(LazyModuleMixin, "_infer_parameters", infer)


def parameters_made_anew():
    from torch import nn
    right = nn.LazyLinear.initialize_parameters

    def initialize(self, input):
        right(self, input)
        self.weight = nn.Parameter(self.weight.detach(), self.weight.requires_grad)
    return patched(nn.LazyLinear, "initialize_parameters", initialize)


def offset_of_its_own():
    return replace(catalogue.subject(), builder=lambda: extended(by="Offset", units=1), like=None, reference=None,
                   other_units=Variant(lambda: extended(None, None, 7, by="Offset", units=1)))


def cut_off_behind_frozen(*widths: int):
    from .torch_modules import Extractor
    return Extractor(*catalogue.mlp(*widths))


def subject_cut_off_behind_frozen():
    return replace(catalogue.subject(), builder=cut_off_behind_frozen, like=lambda: cut_off_behind_frozen(20, 256))


def update_uphill():
    from torch.optim import SGD
    right = SGD.step

    def step(self, closure=None):
        for group in self.param_groups:
            group["maximize"] = True
        return right(self, closure)
    return patched(SGD, "step", step)


def last_layer_left_out():
    from torch import nn

    def apply(self, fn):
        for child in list(self.children())[:-1]:
            child.apply(fn)
        fn(self)
        return self
    return patched(nn.Module, "apply", apply)


def width_of_axis_one():
    import torch
    lazy = torch.nn.LazyLinear
    right = lazy.initialize_parameters

    def initialize(self, input):
        if not self.has_uninitialized_params():
            right(self, input)
        else:
            with torch.no_grad():
                self.in_features = input.shape[1]
                self.weight.materialize((self.out_features, self.in_features))
                self.bias.materialize((self.out_features,))
                self.reset_parameters()
    return patched(lazy, "initialize_parameters", initialize)


def frozen_by_evaluation():
    from torch import nn
    right = nn.LazyLinear.initialize_parameters

    def initialize(self, input):
        right(self, input)
        if not self.training:
            self.weight.requires_grad = self.bias.requires_grad = False
    return patched(nn.LazyLinear, "initialize_parameters", initialize)


FAULTS = [
    Fault("after.shapes", "the hidden layer has 255 units where 256 are declared", subject=too_narrow),
    Fault("after.nothing_uninitialized", "a running mean starts as zero divided by zero", subject=with_average),
    Fault("after.twin_values", "a hook of the first pass draws a random number", subject=one_number_more,
          follows=("transform.compiled_first_pass",)),
    Fault("after.distribution", "kaiming_uniform_ draws from half of its range", plant=half_the_range),
    Fault("after.output", "ReLU computes tanh", plant=tanh_for_relu),
    Fault("after.twin_configuration", "initialization leaves a hook behind", plant=hook_left_behind),
    Fault("after.idempotent", "the first pass makes the weights anew that it has initialized", plant=parameters_made_anew,
          follows=("state.load_before",)),
    Fault("after.reproducible", "a buffer is drawn from a generator that the seed does not reach", subject=offset_of_its_own,
          follows=("transform.compiled_first_pass",)),
    Fault("after.gradients", "a frozen first layer cuts the gradients of all the others off", subject=subject_cut_off_behind_frozen,
          follows=("transform.compiled_first_pass",)),
    Fault("after.trains", "the update goes up the gradient", plant=update_uphill),
    Fault("after.custom_init", "Module.apply() leaves out the last layer", plant=last_layer_left_out),
    Fault("after.every_call_form", "the width is taken from axis 1 instead of the last one", plant=width_of_axis_one),
    Fault("after.context_free", "parameters that are made in evaluation mode are frozen", plant=frozen_by_evaluation),
]
