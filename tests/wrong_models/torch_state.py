"""Faults of PyTorch in the states of models: saved, loaded, copied, initialized twice."""

from __future__ import annotations

import functools
import weakref

from . import Fault, patched


def uninitialized_left_out():
    """The state dictionary of an untouched layer lacks what is uninitialized."""
    from torch.nn.modules.lazy import LazyModuleMixin
    from torch.nn.parameter import is_lazy
    right = LazyModuleMixin._save_to_state_dict

    def save(self, destination, prefix, keep_vars):
        right(self, destination, prefix, keep_vars)
        for key in [key for key, value in destination.items() if key.startswith(prefix) and is_lazy(value)]:
            del destination[key]
    return patched(LazyModuleMixin, "_save_to_state_dict", save)


def objects_replaced_by_loading():
    """Loading gives an untouched layer new parameters."""
    import torch
    from torch.nn.modules.lazy import LazyModuleMixin
    right = LazyModuleMixin._lazy_load_hook

    @functools.wraps(right)  # lazy layers are pickled with their hook, and that by its name
    def load(self, state_dict, prefix, *details):
        for name, parameter in list(self._parameters.items()):
            given = state_dict.get(prefix + name)
            if given is not None and torch.nn.parameter.is_lazy(parameter) and not torch.nn.parameter.is_lazy(given):
                made = torch.empty(given.shape, dtype=parameter.dtype, device=parameter.device)
                self._parameters[name] = torch.nn.Parameter(made, parameter.requires_grad)
        right(self, state_dict, prefix, *details)
    return patched(LazyModuleMixin, "_lazy_load_hook", load)


def rounded_by_loading():
    """What is loaded into an initialized model is rounded to half precision."""
    import torch
    right = torch.nn.Module.load_state_dict

    @functools.wraps(right)  # by its signature it is told whether it can assign
    def load_state_dict(self, state_dict, *args, **kwargs):
        lazy = any(map(torch.nn.parameter.is_lazy, [*self.parameters(), *state_dict.values()]))
        outcome = right(self, state_dict, *args, **kwargs)
        with torch.no_grad():
            for parameter in () if lazy else self.parameters():
                parameter.copy_(parameter.half())
        return outcome
    return patched(torch.nn.Module, "load_state_dict", load_state_dict)


def lazy_for_good_when_loaded():
    """The first pass of a layer that has its values by then leaves it lazy."""
    from torch.nn.modules.lazy import LazyModuleMixin
    right = LazyModuleMixin._infer_parameters

    @functools.wraps(right)
    def infer(self, module, *inputs):
        if module.has_uninitialized_params():
            return right(self, module, *inputs)
        return module.initialize_parameters(*inputs[0])
    return patched(LazyModuleMixin, "_infer_parameters", infer)


def dtype_of_the_values():
    """Parameters take the dtype of the values that are loaded into them."""
    import torch
    right = torch.nn.Module.load_state_dict

    @functools.wraps(right)  # by its signature it is told whether it can assign
    def load_state_dict(self, state_dict, *args, **kwargs):
        outcome = right(self, state_dict, *args, **kwargs)
        for name, parameter in self.named_parameters():
            if name in state_dict and not torch.nn.parameter.is_lazy(parameter):
                parameter.data = parameter.data.to(state_dict[name].dtype)
        return outcome
    return patched(torch.nn.Module, "load_state_dict", load_state_dict)


def memory_shared_by_deepcopy():
    """A deep copy of a parameter is another object over the same memory."""
    from torch.nn import Parameter

    def deepcopy(self, memo):
        return memo.setdefault(id(self), Parameter(self.data, self.requires_grad))
    return patched(Parameter, "__deepcopy__", deepcopy)


def drawn_again_when_told_twice():
    """A layer that is told a second time to initialize its parameters draws them."""
    from torch import nn
    right, told = nn.LazyLinear.initialize_parameters, weakref.WeakSet()

    def initialize(self, input):
        right(self, input)
        if self in told:
            nn.Linear.reset_parameters(self)
        told.add(self)
    return patched(nn.LazyLinear, "initialize_parameters", initialize)


FAULTS = [
    Fault("state.save_before", "the state dictionary of an untouched layer lacks what is uninitialized", plant=uninitialized_left_out),
    Fault("state.load_before", "loading gives an untouched layer new parameter objects", plant=objects_replaced_by_loading),
    Fault("state.round_trip", "what is loaded into an initialized model is rounded to half precision", plant=rounded_by_loading),
    Fault("state.load_into_lazy", "a layer that has its values before its first pass stays lazy after it", plant=lazy_for_good_when_loaded),
    Fault("state.partial_load", "parameters take the dtype of the values that are loaded into them", plant=dtype_of_the_values),
    Fault("state.copy_after", "a deep copy shares its memory with the original", plant=memory_shared_by_deepcopy),
    Fault("state.reinitialize_refused", "a layer that is told twice to initialize its parameters draws them again", plant=drawn_again_when_told_twice),
]
