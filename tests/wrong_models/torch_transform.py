"""Faults of PyTorch under transformations of whole models."""

from __future__ import annotations

import contextlib
import functools

from . import Fault, patched


def bias_of_one_on_meta():
    """Where no memory is taken a bias has one element."""
    import torch
    right = torch.nn.LazyLinear.initialize_parameters

    def initialize(self, input):
        right(self, input)
        if input.device.type == "meta":
            self.bias = torch.nn.Parameter(torch.empty(1, device="meta"), self.bias.requires_grad)
    return patched(torch.nn.LazyLinear, "initialize_parameters", initialize)


def zeros_by_the_compiler():
    """A layer that is initialized with symbolic inputs, as the compiler does, is left at zero."""
    import torch
    from torch.nn.modules.lazy import LazyModuleMixin
    right = LazyModuleMixin._infer_parameters

    @functools.wraps(right)  # lazy layers are pickled with their hook, and that by its name
    def infer(self, module, args, *others):
        right(self, module, args, *others)
        if type(args[0]).__name__ == "FakeTensor":
            with torch.no_grad():
                module.weight.zero_()
    return patched(LazyModuleMixin, "_infer_parameters", infer)


@contextlib.contextmanager
def given_values_kept():
    """A call with other values leaves them in the module."""
    import torch
    right = torch.func.functional_call

    def functional_call(module, values, *args, **kwargs):
        output = right(module, values, *args, **kwargs)
        with torch.no_grad():
            for name, parameter in module.named_parameters():
                if not torch.nn.parameter.is_lazy(parameter):
                    parameter.copy_(values[name])
        return output
    with patched(torch.func, "functional_call", functional_call):
        yield


def emptied_by_sharing():
    """Sharing the memory of an uninitialized parameter makes an empty one of it."""
    from torch.nn.parameter import UninitializedTensorMixin

    def share_memory_(self):
        self.materialize((0,))
        return self
    return patched(UninitializedTensorMixin, "share_memory_", share_memory_)


FAULTS = [
    Fault("transform.abstract", "on the meta device a bias has one element", plant=bias_of_one_on_meta),
    Fault("transform.compiled_first_pass", "a layer that the compiler initializes is left at zero", plant=zeros_by_the_compiler),
    Fault("transform.functional_call", "a call with other values leaves them in the module", plant=given_values_kept),
    Fault("transform.wrappers", "sharing the memory of an uninitialized parameter makes an empty one of it", plant=emptied_by_sharing),
]
