"""Faults that show after the first pass: shapes, values, what the layer has become, how it learns."""

from __future__ import annotations

import math

from . import Planted
from .torch_classes import after_initialization, around, convolution, lazy, nn, normalization, uninitialized

LINEAR, CONV, GROUPED = "nn.LazyLinear(96)", "nn.LazyConv2d(96, 3)", "nn.LazyConv2d(96, 3, groups=2)"
TRANSPOSED, NORM = "nn.LazyConvTranspose2d(96, 3)", "nn.LazyBatchNorm2d()"


def then(change, owner=lambda: nn().LazyLinear):
    """A plant that changes a module after its initialization."""
    def changed(module) -> None:
        import torch
        with torch.no_grad():
            change(module)
    return lambda patch: after_initialization(patch, owner(), changed)


def wrong_fan(module) -> None:
    nn().init.uniform_(module.bias, -1 / math.sqrt(module.out_features), 1 / math.sqrt(module.out_features))


def recreated(module) -> None:
    module.weight = nn().Parameter(module.weight.detach().clone())


def one_more_draw(module) -> None:
    import torch
    torch.rand(1)


def channels_of(axis: int):
    def plant(patch) -> None:
        around(patch, convolution(), "_get_in_channels", lambda original, self, input: input.shape[axis])
    return plant


def uninitialized_left(patch) -> None:
    around(patch, nn().LazyLinear, "reset_parameters", lambda original, self: None)


def swapped(patch) -> None:
    """Materializes a transposed convolution's weight with the output channels first."""
    def wrapper(original, self, shape, *args, **kwargs):
        original(self, (shape[1], shape[0], *shape[2:]) if len(shape) == 4 else shape, *args, **kwargs)
    around(patch, uninitialized(), "materialize", wrapper)


def groups_forgotten(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        groups, self.groups = self.groups, 1
        try:
            original(self, *args, **kwargs)
        finally:
            self.groups = groups
    around(patch, convolution(), "initialize_parameters", wrapper)


def class_stays(patch) -> None:
    patch.setattr(nn().LazyLinear, "cls_to_become", None)


def hook_stays(patch) -> None:
    """The hook is registered a second time, so that one is left after the first pass."""
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.register_forward_pre_hook(lambda module, inputs: None)
    around(patch, lazy(), "__init__", wrapper)


def drawn_at_each_pass(patch) -> None:
    def wrapper(original, self, input):
        nn().Linear.reset_parameters(self)
        return original(self, input)
    around(patch, nn().Linear, "forward", wrapper)


def keywords_refused(patch) -> None:
    def wrapper(original, self, module, args, kwargs=None):
        if kwargs:
            raise TypeError(f"initialize_parameters() got an unexpected keyword argument {next(iter(kwargs))!r}")
        return original(self, module, args, kwargs)
    around(patch, lazy(), "_infer_parameters", wrapper)




def mode_kept(patch) -> None:
    """Parameters that come into being while gradients are off are never trained."""
    def wrapper(original, self, module, args, kwargs=None):
        import torch
        enabled = torch.is_grad_enabled()
        found = original(self, module, args, kwargs)
        if not enabled:
            module.requires_grad_(False)
        return found
    around(patch, lazy(), "_infer_parameters", wrapper)


FAULTS = [
    Planted("after", "the bias is drawn with the number of outputs as its fan", then(wrong_fan), ["after.distribution", "after.twin_values"]),
    Planted("after", "the weight is zero", then(lambda module: module.weight.zero_()), ["after.distribution", "after.twin_values"], LINEAR),
    Planted("after", "parameters hold what was in memory", uninitialized_left, ["after.distribution", "after.twin_values"]),
    Planted("after", "a convolution's weight is twice as large", then(lambda module: module.weight.mul_(2), convolution), ["after.distribution", "after.twin_values"], CONV),
    Planted("after", "a convolution takes the last axis for the channels", channels_of(-1), ["after.shapes", "before.constructs"], CONV),
    Planted("after", "a grouped convolution forgets its groups", groups_forgotten, ["after.shapes", "before.constructs"], GROUPED),
    Planted("after", "a transposed convolution's weight has its first two axes swapped", swapped, ["after.shapes", "before.constructs"], TRANSPOSED),
    Planted("after", "an initialized layer remains of its lazy class", class_stays, ["after.twin_configuration"]),
    Planted("after", "an initialized layer says that it has no input features", then(lambda module: setattr(module, "in_features", 0)), ["after.twin_configuration"]),
    Planted("after", "a hook is left behind", hook_stays, ["after.twin_configuration"]),
    Planted("after", "values are drawn anew at each pass", drawn_at_each_pass, ["after.idempotent"], LINEAR),
    Planted("after", "the first pass makes new parameter objects, of which an optimizer does not know", then(recreated), ["after.idempotent", "after.trains"]),
    Planted("after", "initialization draws one number too many", then(one_more_draw), ["after.twin_values"]),
    Planted("after", "the bias is not trained", then(lambda module: module.bias.requires_grad_(False)), ["after.gradients", "after.twin_configuration", "after.trains"]),
    Planted("after", "the running variance starts at zero", then(lambda module: module.running_var.zero_(), normalization), ["after.twin_values", "after.distribution"], NORM),
    Planted("after", "the count of batches starts at one", then(lambda module: module.num_batches_tracked.add_(1), normalization), ["after.twin_values"], NORM),
    Planted("after", "a first call by keyword is refused", keywords_refused, ["after.every_call_form"], LINEAR),
    Planted("after", "a dry run without gradients freezes the parameters", mode_kept, ["after.context_free"]),
]
