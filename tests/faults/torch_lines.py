"""Faults read off the lines of PyTorch's lazy code: construction, conversion, copying and the first pass."""

from __future__ import annotations

import copy
import math

from . import Planted
from .torch_classes import after_initialization, around, convolution, lazy, line, nn, normalization, parameter, uninitialized

def allows(*names: str):
    def plant(patch) -> None:
        import torch
        extra = [getattr(torch.Tensor, name, None) for name in names] + [getattr(nn().init, name, None) for name in names]
        patch.setattr(uninitialized(), "_allowed_methods", [*uninitialized()._allowed_methods, *filter(None, extra)])
    return plant


def refuses_double(patch) -> None:
    import torch
    patch.setattr(uninitialized(), "_allowed_methods", [m for m in uninitialized()._allowed_methods if m is not torch.Tensor.double])


def copies_share_hooks(patch) -> None:
    def copied(self, memo):
        memo[id(self._forward_pre_hooks)] = self._forward_pre_hooks
        new = memo[id(self)] = type(self).__new__(type(self))
        new.__setstate__(copy.deepcopy(self.__dict__, memo))
        return new
    patch.setattr(lazy(), "__deepcopy__", copied, raising=False)


def converted(then):
    """``then(module, name, parameter)`` is done to each uninitialized parameter that was converted."""
    def plant(patch) -> None:
        def apply(self, fn, recurse=True):
            super(lazy(), self)._apply(fn, recurse)
            for name, value in self._parameters.items():
                if isinstance(value, parameter()):
                    then(self, name, value)
            return self
        patch.setattr(lazy(), "_apply", apply, raising=False)
    return plant


def recreated(module, name, value) -> None:
    module._parameters[name] = copy.deepcopy(value)


def thawed(module, name, value) -> None:
    value.requires_grad = True


def buffers_forget_dtype(patch) -> None:
    import torch
    def wrapper(original, self, shape, *args, **kwargs):
        if isinstance(self, nn().Parameter):
            original(self, shape, *args, **kwargs)
        else:
            original(self, shape, dtype=torch.get_default_dtype())
    around(patch, uninitialized(), "materialize", wrapper)


def copies_leave_device(patch) -> None:
    def copied(original, self, memo):
        return memo.setdefault(id(self), type(self)(self.requires_grad, None, self.data.dtype))
    around(patch, parameter(), "__deepcopy__", copied)


def option(name: str, forget, *classes: str):
    """The constructors of these classes take ``forget(value)`` for the value of their option ``name``."""
    def plant(patch) -> None:
        def wrapper(original, self, *args, **kwargs):
            if name in kwargs:
                kwargs[name] = forget(kwargs[name])
            original(self, *args, **kwargs)
        for cls in classes:
            around(patch, getattr(nn(), cls), "__init__", wrapper)
    return plant


def input_alone(patch) -> None:
    around(patch, convolution(), "initialize_parameters", lambda original, self, input: original(self, input))


def always_batched(patch) -> None:
    def wrapper(original, self, input):
        original(self, input)
        return input.shape[1]
    around(patch, convolution(), "_get_in_channels", wrapper)


def becomes(cls: str, other: str):
    return lambda patch: patch.setattr(getattr(nn(), cls), "cls_to_become", getattr(nn(), other))


def initialized(cls: str, then):
    """``then(module)`` follows the initialization of a module of this class."""
    return lambda patch: after_initialization(patch, getattr(nn(), cls), then)


def bias_from_fan_out(module) -> None:
    if module.bias is not None:
        fans = nn().init._calculate_fan_in_and_fan_out(module.weight)
        module.bias.data.mul_(math.sqrt(fans[0] / fans[1]))


def grouped_bias_zero(module) -> None:
    if module.groups > 1 and module.bias is not None:
        module.bias.data.zero_()


def bias_recreated(module) -> None:
    if module.bias is not None:
        module.bias = nn().Parameter(module.bias.data)


def drawn_in_float32(module) -> None:
    for value in module.parameters():
        value.data.copy_(value.data.float())


def without_gradients_frozen(patch) -> None:
    import torch
    def frozen(module) -> None:
        for value in module.parameters():
            value.requires_grad_(value.requires_grad and torch.is_grad_enabled())
    after_initialization(patch, convolution(), frozen)


def in_autocast_dtype(patch) -> None:
    import torch
    def wrapper(original, self, shape, *args, **kwargs):
        original(self, shape, *args, **kwargs)
        if torch.is_autocast_enabled("cpu"):
            self.data = self.data.to(torch.get_autocast_dtype("cpu"))
    around(patch, uninitialized(), "materialize", wrapper)


def weight_last(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self._parameters["weight"] = self._parameters.pop("weight")
    around(patch, nn().LazyLinear, "__init__", wrapper)


INIT, INFER = "__init__", "_infer_parameters"

FAULTS = [
    Planted("before", "double() of an untouched model is refused", refuses_double, ["before.placement_remembered"]),
    Planted("before", "an uninitialized parameter has numel() 0", allows("numel"), ["before.uninitialized", "before.access_refused"]),
    Planted("before", "an initializer of nn.init passes over an uninitialized parameter in silence", allows("normal_", "uniform_"),
            ["before.access_refused", "before.initialize_only_registers"]),
    Planted("before", "a deep copy shares the dictionary of hooks with the original", copies_share_hooks, ["before.copies_stay_lazy"]),
    Planted("before", "a conversion thaws uninitialized parameters", converted(thawed), ["before.placement_remembered"]),
    Planted("before", "running statistics forget the dtype set before the first pass", buffers_forget_dtype, ["before.placement_remembered"],
            on="nn.LazyBatchNorm2d()"),
    Planted("before", "LazyConv2d ignores its option dtype", option("dtype", lambda value: None, "LazyConv2d"),
            ["before.constructs"],
            on="nn.LazyConv2d(96, 3, dtype=torch.float64)"),
    Planted("before", "share_memory() of an untouched model does nothing", lambda patch: patch.setattr(uninitialized(), "share_memory_",
            lambda self: self),
            ["transform.wrappers", "before.placement_remembered"]),
    Planted("before", "a deep copy of a model on meta is on the CPU", copies_leave_device,
            ["before.placement_remembered", "before.copies_stay_lazy"]),
    Planted("after", "a first call by keyword fails", line(lazy, INIT, "with_kwargs=True", "with_kwargs=False"), ["after.every_call_form"],
            on="nn.LazyLinear(96)"),
    Planted("after", "output_size cannot be given at a transposed convolution's first call", input_alone,
            ["before.constructs", "after.every_call_form"],
            on="nn.LazyConvTranspose2d(96, 3, stride=2)"),
    Planted("after", "in_channels of a first input without batch is read from axis 1", always_batched, ["after.every_call_form"],
            on="nn.LazyConv3d(96, 3)"),
    Planted("after", "in_features is read from axis 1", line(lambda: nn().LazyLinear, "initialize_parameters", "input.shape[-1]", "input.shape[1]"),
            ["after.every_call_form", "varying.leading_dimensions"]),
    Planted("after", "the kernel is as wide as it should be high",
            line(convolution, "initialize_parameters", "*self.kernel_size", "*self.kernel_size[::-1]"),
            ["after.shapes", "after.twin_values"], on="nn.LazyConv2d(96, (3, 5), stride=(2, 1), padding=(1, 2))"),
    Planted("after", "padding='same' of LazyConv1d is no padding", option("padding", lambda value: 0 if value == "same" else value, "LazyConv1d"),
            ["after.output", "after.twin_configuration"], on="nn.LazyConv1d(96, 3, padding='same')"),
    Planted("after", "padding_mode='reflect' of LazyConv3d is zeros", option("padding_mode",
            lambda value: value.replace("reflect", "zeros"), "LazyConv3d"),
            ["after.output", "after.twin_configuration"], on="nn.LazyConv3d(96, 3, padding=1, padding_mode='reflect')"),
    Planted("after", "LazyInstanceNorm1d becomes BatchNorm1d", becomes("LazyInstanceNorm1d", "BatchNorm1d"),
            ["before.constructs", "after.idempotent"],
            on="nn.LazyInstanceNorm1d()"),
    Planted("after", "num_features is read from the last axis", line(normalization, "initialize_parameters", "input.shape[1]", "input.shape[-1]"),
            ["before.constructs", "after.shapes"], on="nn.LazyBatchNorm1d()"),
    Planted("after", "the bias of a transposed convolution has the bound of fan_out", initialized("LazyConvTranspose1d", bias_from_fan_out),
            ["after.distribution", "after.twin_values"], on="nn.LazyConvTranspose1d(96, 3)"),
    Planted("after", "the bias of a grouped convolution is zero", initialized("LazyConv3d", grouped_bias_zero),
            ["after.distribution", "after.twin_values"],
            on="nn.LazyConv3d(96, 3, groups=2)"),
    Planted("after", "the first pass removes the hooks of others",
            line(lazy, INFER, "module._initialize_hook.remove()", "module._forward_pre_hooks.clear()"),
            ["after.twin_configuration"]),
    Planted("after", "the first pass puts another bias in place of the one it had", initialized("LazyConvTranspose2d", bias_recreated),
            ["after.idempotent"],
            on="nn.LazyConvTranspose2d(96, 3)"),
    Planted("after", "a layer that is first called in evaluation mode keeps its lazy class",
            line(lazy, INFER, "cls_to_become is not None", "cls_to_become is not None and module.training"),
            ["after.context_free", "after.twin_configuration"]),
    Planted("after", "a dry run in autocast makes parameters of lower precision", in_autocast_dtype, ["after.context_free"]),
    Planted("after", "a dry run without gradients leaves frozen convolutions", without_gradients_frozen, ["after.context_free"],
            on="nn.LazyConv1d(96, 3)"),
    Planted("after", "values of float64 are drawn in float32", initialized("LazyConv1d", drawn_in_float32), ["after.twin_values"],
            on="nn.LazyConv1d(96, 3, dtype=torch.float64)"),
    Planted("after", "the bias of LazyLinear comes before its weight", weight_last, ["after.twin_configuration"]),
    Planted("after", "output_padding of LazyConvTranspose3d is ignored", option("output_padding", lambda value: 0, "LazyConvTranspose3d"),
            ["after.output", "after.twin_configuration"], on="nn.LazyConvTranspose3d(96, 3, stride=2, padding=1, output_padding=1)"),
]

# What no clause notices yet: an optimizer is to be made after a conversion, also of an eager model.
MISSED = [
    Planted("before", "a conversion re-creates uninitialized parameters, tied ones apart", converted(recreated),
            ["before.placement_remembered", "before.copies_stay_lazy"]),
]
