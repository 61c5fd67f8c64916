"""Faults read off the lines of PyTorch's lazy code: wrong inputs, loading, saving and what wraps a model."""

from __future__ import annotations

import inspect

from . import Planted
from .torch_classes import after_initialization, around, convolution, lazy, line, nn, normalization, uninitialized
from .torch_lines import INFER, initialized

LOADING, MADE = "_lazy_load_hook", "param.materialize(input_param.shape)"
TRACKED = "nn.LazyInstanceNorm1d(affine=True, track_running_stats=True)"
VOLUMES = "nn.LazyInstanceNorm3d(affine=True, track_running_stats=True)"


def norm_option(name: str, value):
    """Lazy normalizations are built with the default of one option where another value is given."""
    def plant(patch) -> None:
        def wrapper(original, self, *args, **kwargs):
            given = inspect.signature(original).bind(self, *args, **kwargs)
            if name in given.arguments:
                given.arguments[name] = value(given.arguments[name])
            original(*given.args, **given.kwargs)
        around(patch, normalization(), "__init__", wrapper)
    return plant


def left_in_evaluation(patch) -> None:
    after_initialization(patch, normalization(), lambda module: module.eval())


def variance_zero(module) -> None:
    if module.track_running_stats:
        module.running_var.zero_()


def linear():
    return nn().LazyLinear


def any_rank(patch) -> None:
    def wrapper(original, self, input):
        return input.shape[1] if input.dim() == self._get_num_spatial_dims() + 2 else input.shape[0]
    around(patch, convolution(), "_get_in_channels", wrapper)


def width_of_the_input(patch) -> None:
    def wrapper(original, self, input):
        if self.has_uninitialized_params():
            original(self, input)
        else:
            self.in_features = input.shape[-1]
    around(patch, linear(), "initialize_parameters", wrapper)


def loaded_width_forgotten(patch) -> None:
    def wrapper(original, self, input):
        if self.has_uninitialized_params():
            original(self, input)
    around(patch, linear(), "initialize_parameters", wrapper)


def loads_any_shape(patch) -> None:
    import torch
    def wrapper(original, self, state_dict, prefix, *rest):
        original(self, state_dict, prefix, *rest)
        for name, value in self._parameters.items():
            given = state_dict.get(prefix + name)
            if given is not None and value is not None and not isinstance(given, uninitialized()):
                value.data = torch.empty(given.shape, dtype=value.dtype)
    around(patch, lazy(), LOADING, wrapper)


def one_counter(patch) -> None:
    import torch
    counter = torch.tensor(0, dtype=torch.long)
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        if self.track_running_stats:
            self.num_batches_tracked = counter
    around(patch, normalization(), "__init__", wrapper)


def one_width_a_class(patch) -> None:
    seen: list = []
    def wrapper(original, self, input):
        seen.append(original(self, input))
        return seen[0]
    around(patch, nn().LazyConv1d, "_get_in_channels", wrapper)


def buffers_not_saved(patch) -> None:
    def wrapper(original, self, destination, prefix, keep_vars):
        original(self, destination, prefix, keep_vars)
        for name in self._buffers:
            destination.pop(prefix + name, None)
    around(patch, lazy(), "_save_to_state_dict", wrapper)


def statistics_reset_after_load(patch) -> None:
    def wrapper(original, self, input):
        due = self.has_uninitialized_params()
        original(self, input)
        if not due:
            self.reset_running_stats()
    around(patch, normalization(), "initialize_parameters", wrapper)


def counter_not_persistent(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        self._non_persistent_buffers_set.add("num_batches_tracked")
    around(patch, normalization(), "__init__", wrapper)


def compiled(then):
    """``then(initialize, module)`` is what initializes a lazy layer within a compiled model."""
    def plant(patch) -> None:
        from torch._dynamo.variables import nn_module
        around(patch, nn_module, "initialize_lazy_module", lambda original, tx, mod, *args: then(lambda: original(tx, mod, *args), mod))
    return plant


def forked(initialize, module) -> None:
    import torch
    with torch.random.fork_rng(devices=[]):
        initialize()


def thawed(initialize, module) -> None:
    initialize()
    for value in module.parameters():
        value.requires_grad = True


def keywords_dropped(patch) -> None:
    from torch._dynamo.eval_frame import OptimizedModule
    def wrapper(original, self, *args, **kwargs):
        if hasattr(self._orig_mod, "_initialize_hook"):
            self._orig_mod._infer_parameters(self._orig_mod, args, {})
        return original(self, *args, **kwargs)
    around(patch, OptimizedModule, "_call_lazy_check", wrapper)


def buffers_leave_meta(patch) -> None:
    def wrapper(original, self, shape, *args, **kwargs):
        if isinstance(self, nn().Parameter):
            original(self, shape, *args, **kwargs)
        else:
            original(self, shape, device="cpu")
    around(patch, uninitialized(), "materialize", wrapper)


def scripts_anything(patch) -> None:
    import torch.jit
    patch.setattr(torch.jit._recursive, "check_module_initialized", lambda module: None)


FAULTS = [
    Planted("after", "eps of a lazy normalization is the default", norm_option("eps", lambda value: 1e-5),
            ["after.output", "after.twin_configuration"],
            on="nn.LazyBatchNorm3d(eps=0.1)"),
    Planted("after", "momentum=None of a lazy normalization is 0.1", norm_option("momentum", lambda value: value or 0.1),
            ["after.twin_configuration"], on="nn.LazyBatchNorm1d(momentum=None)"),
    Planted("after", "bias=False of a lazy normalization is ignored", norm_option("bias", lambda value: True),
            ["after.twin_configuration", "after.shapes"],
            on="nn.LazyBatchNorm2d(bias=False)"),
    Planted("after", "a normalization is left in evaluation mode by its initialization", left_in_evaluation,
            ["after.twin_configuration", "after.output"],
            on="nn.LazyBatchNorm2d()"),
    Planted("after", "the running variance of an instance norm starts at zero", initialized("LazyInstanceNorm3d", variance_zero),
            ["after.twin_values"], on=VOLUMES),
    Planted("mismatch", "channels that the groups do not divide are refused after the weight is made",
            line(convolution, "initialize_parameters", "if self.in_channels % self.groups != 0", "if False"), ["mismatch.failed_first_pass_recovers"],
            on="nn.LazyConv2d(96, 3, groups=2)"),
    Planted("mismatch", "a convolution is initialized by an input of another rank, which it then refuses", any_rank,
            ["mismatch.failed_first_pass_recovers", "mismatch.degenerate"], on="nn.LazyConv2d(96, 3)"),
    Planted("mismatch", "a loaded layer takes the width of a first input that it refuses for its in_features", width_of_the_input,
            ["mismatch.rejection_changes_nothing", "state.load_into_lazy"]),
    Planted("mismatch", "a loaded layer that was not called yet takes values of any shape", loads_any_shape,
            ["mismatch.state_rejected", "state.reinitialize_refused"]),
    Planted("varying", "all normalizations count their batches in one counter", one_counter, ["varying.rebind", "before.copies_stay_lazy"],
            on="nn.LazyBatchNorm1d(momentum=None)"),
    Planted("varying", "a convolution takes the width that the first of its class had", one_width_a_class, ["varying.rebind"],
            on="nn.LazyConv1d(96, 3)"),
    Planted("state", "the state of a lazy layer leaves out its buffers", buffers_not_saved, ["state.save_before", "state.load_into_lazy"],
            on="nn.LazyBatchNorm2d()"),
    Planted("state", "values loaded into a lazy model bring their dtype along", line(lazy, LOADING, MADE, MADE[:-1] + ", dtype=input_param.dtype)"),
            ["state.partial_load"]),
    Planted("state", "values loaded into a lazy model thaw it",
            line(lazy, LOADING, MADE, MADE + "; param.requires_grad = isinstance(param, torch.nn.Parameter)"),
            ["state.partial_load"]),
    Planted("state", "a loaded lazy model shares its values with the state",
            line(lazy, LOADING, MADE, MADE + "; param.data = input_param.detach().to(param.dtype)"), ["state.load_before", "state.load_into_lazy"]),
    Planted("state", "in_features of a loaded layer stays 0", loaded_width_forgotten, ["state.load_into_lazy"]),
    Planted("state", "the hook of loading stays on the initialized layer", line(lazy, INFER, "module._load_hook.remove()", "pass"),
            ["state.copy_after", "after.twin_configuration"]),
    Planted("state", "the first pass after a load discards the running statistics", statistics_reset_after_load,
            ["state.load_before", "state.load_into_lazy"], on="nn.LazyBatchNorm2d()"),
    Planted("state", "the counter of batches is not in the state", counter_not_persistent, ["after.twin_configuration", "state.round_trip"],
            on=TRACKED),
    Planted("state", "running statistics cannot be loaded before the first pass",
            line(lazy, LOADING, "self._parameters.items(), self._buffers.items()", "self._parameters.items()"),
            ["state.load_before", "state.load_into_lazy"],
            on="nn.LazyBatchNorm3d()"),
    Planted("transform", "layers of a compiled model are initialized aside from the random state", compiled(forked),
            ["transform.compiled_first_pass"]),
    Planted("transform", "a compiled first pass thaws the layers", compiled(thawed),
            ["transform.compiled_first_pass", "before.placement_remembered"]),
    Planted("transform", "running statistics of a model on meta are made on the CPU", buffers_leave_meta, ["transform.abstract"],
            on="nn.LazyBatchNorm1d()"),
    Planted("transform", "an untouched model is scripted with empty parameters", scripts_anything, ["transform.compiled_first_pass"]),
]

# What no clause notices yet: a compiled first pass may be refused.
MISSED = [
    Planted("transform", "a compiled layer cannot be called by keyword first", keywords_dropped, ["transform.compiled_first_pass"]),
]
