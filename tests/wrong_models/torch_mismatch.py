"""Faults of PyTorch with dimensions that do not fit."""

from __future__ import annotations

import functools
from dataclasses import replace

from pytest_lazyinit.catalogue import torch as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def one_column_broadcast():
    from torch import nn
    right = nn.Linear.forward

    def forward(self, input):
        single = input.ndim and input.shape[-1] == 1
        return right(self, input.expand(*input.shape[:-1], self.in_features) if single else input)
    return patched(nn.Linear, "forward", forward)


def renewed_by_rejection():
    from torch import nn
    right = nn.Linear.forward

    def forward(self, input):
        try:
            return right(self, input)
        except RuntimeError:
            self.weight = nn.Parameter(self.weight.detach().clone(), self.weight.requires_grad)
            raise
    return patched(nn.Linear, "forward", forward)


def trimmed():
    def builder():
        from torch import nn

        from .torch_modules import Trimmed
        return nn.Sequential(nn.LazyLinear(catalogue.HIDDEN), nn.ReLU(), Trimmed(catalogue.HIDDEN // 2, catalogue.CLASSES))
    return replace(catalogue.subject(), conflict=Variant(builder))


def bias_before_width():
    """The bias, whose size is known, has its memory before the input has been looked at."""
    import torch
    lazy = torch.nn.LazyLinear
    right = lazy.initialize_parameters

    def initialize(self, input):
        if not self.has_uninitialized_params():
            right(self, input)
        else:
            with torch.no_grad():
                self.bias.materialize((self.out_features,))
                self.in_features = input.shape[-1]
                self.weight.materialize((self.out_features, self.in_features))
                self.reset_parameters()
    return patched(lazy, "initialize_parameters", initialize)


def sizes_unsaid():
    from torch import nn
    right = nn.Linear.forward

    def forward(self, input):
        try:
            return right(self, input)
        except RuntimeError as error:
            raise RuntimeError("the input does not fit the weight") from error
    return patched(nn.Linear, "forward", forward)


def shapes_taken_from_the_state():
    from torch import nn
    right = nn.Module.load_state_dict

    @functools.wraps(right)  # by its signature it is told whether it can assign
    def load_state_dict(self, state_dict, *args, **kwargs):
        for name, parameter in self.named_parameters():
            given = state_dict.get(name)
            if given is not None and not nn.parameter.is_lazy(parameter) and parameter.shape != given.shape:
                parameter.data = given.clone()
        return right(self, state_dict, *args, **kwargs)
    return patched(nn.Module, "load_state_dict", load_state_dict)


def nothing_taken():
    from torch import nn
    right = nn.Sequential.forward
    return patched(nn.Sequential, "forward", lambda self, input=None: None if input is None else right(self, input))


FAULTS = [
    Fault("mismatch.rejected", "an input with one feature is broadcast", plant=one_column_broadcast),
    Fault("mismatch.rejection_changes_nothing", "a rejected call makes the weight anew", plant=renewed_by_rejection),
    Fault("mismatch.declared_conflict", "a layer cuts off what is wider than it declares", subject=trimmed),
    Fault("mismatch.failed_first_pass_recovers", "a lazy layer gives its bias memory before it looks at the input",
          plant=bias_before_width),
    Fault("mismatch.message_names_both", "the error of a mismatch names no sizes", plant=sizes_unsaid),
    Fault("mismatch.state_rejected", "loading takes the shapes of the state for its own", plant=shapes_taken_from_the_state),
    Fault("mismatch.degenerate", "a call without an input returns nothing", plant=nothing_taken),
]
