"""Faults in PyTorch by a third hand, which had not seen what the suite checks: a refactoring, a patch for speed, a feature, a merge."""

from __future__ import annotations

import copy
import importlib
import inspect

from . import Planted
from .editing import rewritten
from .torch_classes import after_initialization, around, convolution, lazy, line, nn, normalization, uninitialized

INFER, LOADING, MADE = "_infer_parameters", "_lazy_load_hook", "param.materialize(input_param.shape)"


def module():
    return nn().Module


def linear():
    return nn().Linear


def buffers_pickled_with_gradients(patch) -> None:
    patch.setattr(nn().UninitializedBuffer, "__reduce_ex__", lambda self, proto: (type(self), (True,)))


def loads_into_the_original(patch) -> None:
    def copied(self, memo):
        new = memo[id(self)] = type(self).__new__(type(self))
        new.__setstate__(copy.deepcopy(self.__dict__, memo))
        new._load_state_dict_pre_hooks.update(self._load_state_dict_pre_hooks)
        return new
    patch.setattr(lazy(), "__deepcopy__", copied, raising=False)


def first_input_detached(patch) -> None:
    def wrapper(original, self, module, args, kwargs=None):
        original(self, module, args, kwargs)
        return tuple(arg.detach() if hasattr(arg, "detach") else arg for arg in args), kwargs or {}
    around(patch, lazy(), INFER, wrapper)


def first_input_kept(patch) -> None:
    def wrapper(original, self, module, args, kwargs=None):
        original(self, module, args, kwargs)
        module._first_args = args
    around(patch, lazy(), INFER, wrapper)


def marks_lost(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        original(self, *args, **kwargs)
        if isinstance(self, nn().Parameter):
            self.__dict__.clear()
    around(patch, uninitialized(), "materialize", wrapper)


def zeros_shared(patch) -> None:
    def share(module) -> None:
        if module.bias is not None and module.track_running_stats:
            module.running_mean.data = module.bias.data
    after_initialization(patch, normalization(), share)


def drawn_once(patch) -> None:
    drawn: dict = {}
    def reuse(module) -> None:
        for name, value in module.named_parameters():
            value.data.copy_(drawn.setdefault((name, value.shape, value.dtype, value.device), value.detach().clone()))
    after_initialization(patch, nn().LazyConvTranspose3d, reuse)


def stored_transposed(patch) -> None:
    def store(module) -> None:
        if module.out_features < module.in_features:
            module.weight.data = module.weight.data.t().contiguous().t()
    after_initialization(patch, nn().LazyLinear, store)


def class_before_values(patch) -> None:
    become = "self.__class__ = self.cls_to_become\n"
    ignored = "    # pyrefly: ignore [missing-attribute]\n    " + become
    patch.setattr(uninitialized(), "materialize", rewritten(uninitialized().materialize, uninitialized(), (ignored, ""),
                  ("self.data = torch.empty", become + "    self.data = torch.empty")))


def dtype_of_the_input(patch) -> None:
    def wrapper(original, self, input, *args, **kwargs):
        if self.has_uninitialized_params():
            for value in self.parameters():
                value.data = value.data.to(input.dtype)
        original(self, input, *args, **kwargs)
    around(patch, convolution(), "initialize_parameters", wrapper)


def output_size_remembered(patch) -> None:
    def wrapper(original, self, input, output_size=None):
        original(self, input)
        if output_size is not None:
            self.output_padding = tuple(self._output_padding(input, output_size, self.stride, self.padding, self.kernel_size,
                                                             self._get_num_spatial_dims(), self.dilation))
    around(patch, convolution(), "initialize_parameters", wrapper)


def old_states_refused(patch) -> None:
    patch.setattr(normalization(), "_load_from_state_dict", module()._load_from_state_dict, raising=False)


def refuses_too_late(patch) -> None:
    norm = importlib.import_module("torch.nn.utils.weight_norm").WeightNorm
    patch.setattr(norm, "apply", rewritten(inspect.unwrap(norm.apply), norm, ("weight = getattr(module, name)", "weight = module._parameters.pop(name)"),
                  ("del module._parameters[name]", "pass")))


def copies_forget_keywords(patch) -> None:
    def restored(original, self, state):
        original(self, state)
        self._forward_pre_hooks_with_kwargs = type(self._forward_pre_hooks_with_kwargs)()
    around(patch, module(), "__setstate__", restored)


def average_of_nothing(patch) -> None:
    from torch.optim.swa_utils import AveragedModel
    loop = "for p_averaged, p_model in zip(self_param, model_param, strict=False):\n"
    patch.setattr(AveragedModel, "update_parameters", rewritten(AveragedModel.update_parameters, AveragedModel,
                  (loop, loop + "        if torch.nn.parameter.is_lazy(p_averaged):\n            continue\n")))


def lazy_at_compilation(patch) -> None:
    from torch._dynamo.eval_frame import OptimizedModule
    def check(self, *args, **kwargs):
        self._orig_mod._infer_parameters(self._orig_mod, args, kwargs)
        self.forward = self._forward
        return self._forward(*args, **kwargs)
    patch.setattr(OptimizedModule, "_call_lazy_check", check)


FAULTS = [
    Planted("before", "running statistics of a pickled layer require gradients, so that its first pass fails", buffers_pickled_with_gradients,
            ["before.copies_stay_lazy"], "nn.LazyBatchNorm2d()"),
    Planted("before", "parameters() passes over what is uninitialized, so that an optimizer or a freeze misses it",
            line(module, "_named_members", "v in memo:", "v in memo or torch.nn.parameter.is_lazy(v):"),
            ["before.uninitialized", "before.placement_remembered", "after.idempotent"]),
    Planted("before", "the default dtype of the first pass is taken, not that of the construction",
            line(uninitialized, "materialize", "dtype=dtype)", "dtype=None if dtype is torch.float32 else dtype)"),
            ["before.placement_remembered", "after.context_free"], "nn.LazyConvTranspose1d(96, 3)"),
    Planted("after", "no gradient flows through the input of a layer's first pass", first_input_detached, ["after.gradients", "after.trains"]),
    Planted("after", "attributes that a user gave to an uninitialized parameter are lost in the first pass", marks_lost,
            ["after.idempotent", "after.custom_init"], "nn.LazyConv1d(96, 3, bias=False)"),
    Planted("after", "the running mean of a lazy normalization lies in the memory of its bias", zeros_shared,
            ["after.output", "after.idempotent", "after.trains", "after.distribution"], "nn.LazyBatchNorm3d()"),
    Planted("after", "the counter of batches of a lazy normalization has the dtype of the option", line(normalization, "__init__",
            "dtype=torch.long", "dtype=dtype or torch.long"), ["after.twin_values", "after.twin_configuration"], "nn.LazyBatchNorm1d(dtype=torch.float64)"),
    Planted("after", "two transposed convolutions of one shape begin with the same values", drawn_once,
            ["after.reproducible", "after.twin_values"], "nn.LazyConvTranspose3d(96, 3)"),
    Planted("after", "the weight of a layer with fewer outputs than inputs is stored transposed, not contiguous", stored_transposed,
            ["after.twin_configuration", "after.shapes", "state.load_before"]),
    Planted("after", "a layer keeps the first batch that it saw, with its graph, and cannot be copied", first_input_kept,
            ["after.twin_configuration", "state.copy_after"]),
    Planted("varying", "output_size of a transposed convolution's first call stays for the later ones", output_size_remembered,
            ["after.twin_configuration", "after.every_call_form", "varying.resolutions"], "nn.LazyConvTranspose2d(96, 3, stride=2)"),
    Planted("varying", "a convolution whose first batch is empty holds what was in memory",
            line(convolution, "initialize_parameters", "self.reset_parameters()", "self.reset_parameters() if input.numel() else None"),
            ["varying.batch_sizes", "mismatch.degenerate", "after.nothing_uninitialized", "after.every_call_form"], "nn.LazyConv2d(96, 3, padding=1)"),
    Planted("state", "a state loaded into a deep copy of an untouched layer initializes the original instead", loads_into_the_original,
            ["before.copies_stay_lazy", "state.load_before", "state.load_into_lazy"], "nn.LazyConvTranspose2d(96, 3)"),
    Planted("state", "the state of an untouched model is loaded into an initialized one in silence",
            line(module, "_load_from_state_dict", "input_param = state_dict[key]\n", "input_param = state_dict[key]\n"
                 "            if torch.nn.parameter.is_lazy(input_param) and not torch.nn.parameter.is_lazy(param):\n                continue\n"),
            ["mismatch.state_rejected", "state.save_before", "state.reinitialize_refused", "varying.rebind_by_framework"]),
    Planted("transform", "weight_norm() refuses an untouched layer only after it took its weight away", refuses_too_late,
            ["transform.wrappers"], "nn.LazyConv2d(96, 3)"),
    Planted("before", "a copy of an untouched layer cannot be called by keyword first",
            copies_forget_keywords,
            ["before.copies_stay_lazy", "after.every_call_form"], "nn.LazyLinear(96)"),
    Planted("mismatch", "a layer of one input feature takes inputs as wide as its output", line(linear, "forward", "return F.linear(",
            "return input * self.weight[:, 0] + (0 if self.bias is None else self.bias) if self.in_features == 1 else F.linear("),
            ["mismatch.rejected"]),
]

MISSED = [
    Planted("mismatch", "a first pass for which there is not enough memory cannot be tried again with less", class_before_values,
            ["mismatch.failed_first_pass_recovers"]),
    Planted("mismatch", "a convolution takes the dtype of its first input for its own", dtype_of_the_input,
            ["before.placement_remembered", "after.every_call_form"], "nn.LazyConv3d(96, 3)"),
    Planted("varying", "an input of one channel without batch loses an axis in an instance norm",
            line(lambda: nn().modules.instancenorm._InstanceNorm, "_handle_no_batch_input", ").squeeze(0)", ").squeeze()"),
            ["varying.leading_dimensions", "after.every_call_form"], "nn.LazyInstanceNorm1d()"),
    Planted("state", "an untouched model that is loaded with assign=True copies, and stays without values on meta",
            line(lazy, LOADING, MADE, MADE + "; local_metadata.pop('assign_to_params_buffers', None)"), ["state.load_before", "state.load_into_lazy"]),
    Planted("state", "an old state without a counter of batches is refused by an untouched normalization", old_states_refused,
            ["state.load_before", "state.load_into_lazy"], "nn.LazyBatchNorm2d(momentum=None)"),
    Planted("transform", "AveragedModel passes over a copy that is still untouched and averages nothing", average_of_nothing, ["transform.wrappers"]),
    Planted("transform", "a compiled layer fails when the original was called in the meantime", lazy_at_compilation,
            ["transform.compiled_first_pass", "transform.wrappers"], "nn.LazyLinear(96, dtype=torch.float64)"),
]
