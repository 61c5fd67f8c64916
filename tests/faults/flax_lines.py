"""Faults found by going through Flax's own code line by line: before and after the first pass."""

from __future__ import annotations

import importlib
import inspect

from . import Planted
from .editing import rewritten


def module(name):
    return importlib.import_module(f"flax.{name}")


def edited(patch, owner, name, *changes) -> None:
    """Puts a function or method in place of which pieces of the source are other ones."""
    held = vars(owner)[name]
    made = rewritten(inspect.unwrap(held), owner, *changes)
    if hasattr(held, "method_handler_wrapped"):
        made = module("linen.module").wrap_method_once(made)
    patch.setattr(owner, name, made)


def normalization(name):
    return getattr(module("linen.normalization"), name)


def deep_copies_keep_the_identity(patch) -> None:
    patch.setattr(module("ids").FlaxId, "__deepcopy__", lambda self, memo: self)


def unknown_values_are_zeros(patch) -> None:
    edited(patch, module("core.partial_eval"), "lazy_init",
           ("raise errors.LazyInitError(pv)", "out_flat.append(jax.numpy.zeros(pv.shape, pv.dtype))"))


def variable_of_nothing(patch) -> None:
    edited(patch, module("linen.module").Module, "get_variable",
           ('raise ValueError("Can\'t access variables on unbound modules")', "return default"))


def type_of_gates_forgotten(patch) -> None:
    edited(patch, module("linen.recurrent").DenseParams, "__call__",
           ("self.features),\n    self.param_dtype,", "self.features),\n    jnp.float32,"))


def type_of_query_norm_forgotten(patch) -> None:
    edited(patch, module("linen.attention").MultiHeadDotProductAttention, "__call__",
           ("param_dtype=self.param_dtype,\n    )(query)", ")(query)"))


def fan_of_one_axis(patch) -> None:
    edited(patch, module("linen.linear").DenseGeneral, "__call__",
           ("flat_shape = (\n      np.prod(shape[:n_batch_dims])\n      * np.prod(shape[n_batch_dims : n_axis + n_batch_dims]),\n"
            "      np.prod(shape[-n_features:]),\n    )",
            "flat_shape = (shape[n_axis + n_batch_dims - 1], np.prod(shape) // shape[n_axis + n_batch_dims - 1])"))


def one_kernel_for_the_batch(patch) -> None:
    edited(patch, module("linen.linear").DenseGeneral, "__call__",
           ("return jnp.reshape(kernel, shape)",
            "kernel = jnp.reshape(kernel, shape); return jnp.broadcast_to(kernel[:1], shape) if n_batch_dims else kernel"))


def causal_without_dilation(patch) -> None:
    edited(patch, module("linen.linear")._Conv, "__call__",
           ("left_pad = kernel_dilation[0] * (kernel_size[0] - 1)", "left_pad = kernel_size[0] - 1"))


def scale_of_inputs(patch) -> None:
    edited(patch, normalization("WeightNorm"), "_l2_normalize",
           ("_canonicalize_axes(value.ndim, self.feature_axes)", "_canonicalize_axes(value.ndim, 0)"))


def group_size_for_number(patch) -> None:
    edited(patch, normalization("GroupNorm"), "__call__", ("num_groups = channels // self.group_size", "num_groups = self.group_size"))


def running_variance_forgets(patch) -> None:
    edited(patch, normalization("BatchNorm"), "__call__",
           ("self.momentum * ra_var.value + (1 - self.momentum) * var", "(1 - self.momentum) * ra_var.value + self.momentum * var"))


def statistics_of_the_first_pass(patch) -> None:
    edited(patch, normalization("BatchNorm"), "__call__", ("if not self.is_initializing():", "if True:"))


def running_variance_unused(patch) -> None:
    edited(patch, normalization("BatchNorm"), "__call__",
           ("mean, var = ra_mean.value, ra_var.value", "mean, var = ra_mean.value, jnp.ones_like(ra_var.value)"))


def values_of_the_query(patch) -> None:
    edited(patch, module("linen.attention").MultiHeadDotProductAttention, "__call__", ("inputs_v = inputs_k\n", "inputs_v = inputs_q\n"))


def sigma_without_gradient(patch) -> None:
    edited(patch, normalization("SpectralNorm"), "_spectral_normalize",
           ("value /= jnp.where(sigma != 0, sigma, 1)", "value /= jax.lax.stop_gradient(jnp.where(sigma != 0, sigma, 1))"))


def reversed_in_the_batch(patch) -> None:
    edited(patch, module("linen.recurrent"), "flip_sequences", ("time_axis = 0 if time_major else num_batch_dims", "time_axis = num_batch_dims"))


FAULTS = (
    Planted("before", "copy.deepcopy keeps the identity: a layer and its copy are one layer in a model",
            deep_copies_keep_the_identity, ["before.copies_stay_lazy"]),
    Planted("before", "lazy_init gives zeros for values that depend on data instead of refusing",
            unknown_values_are_zeros, ["transform.compiled_first_pass"], on="centred_subject"),
    Planted("before", "get_variable of a module that belongs to no pass gives None", variable_of_nothing, ["before.access_refused"]),
    Planted("before", "the kernels of OptimizedLSTMCell forget param_dtype",
            type_of_gates_forgotten, ["before.placement_remembered"], on="nn.OptimizedLSTMCell(16)"),
    Planted("before", "the query's norm in attention forgets param_dtype", type_of_query_norm_forgotten, ["before.placement_remembered"],
            on="nn.MultiHeadDotProductAttention(4, normalize_qk=True)"),
    Planted("after", "the fan of DenseGeneral over two axes is that of the last one",
            fan_of_one_axis, ["after.distribution", "after.twin_values"], on="nn.DenseGeneral(96, axis=(-2, -1))"),
    Planted("after", "DenseGeneral gives every entry of its batch dimension the first one's kernel",
            one_kernel_for_the_batch, ["after.distribution", "after.twin_values"], on="nn.DenseGeneral(96, batch_dims=(0,))"),
    Planted("after", "causal padding does not count the kernel's dilation", causal_without_dilation, ["after.output"],
            on="nn.Conv(96, (3,), padding='CAUSAL', kernel_dilation=2)"),
    Planted("after", "WeightNorm normalizes and scales by input instead of by feature",
            scale_of_inputs, ["after.shapes", "after.output"], on="nn.WeightNorm(nn.Dense(96))"),
    Planted("after", "GroupNorm takes group_size for the number of groups", group_size_for_number, ["after.output"],
            on="nn.GroupNorm(num_groups=None, group_size=4)"),
    Planted("after", "BatchNorm's running variance weighs old and new the wrong way round", running_variance_forgets, ["after.twin_values", "after.trains"],
            on="nn.BatchNorm()"),
    Planted("after", "BatchNorm's running statistics are updated by the initializing pass", statistics_of_the_first_pass,
            ["after.twin_values", "after.distribution"], on="nn.BatchNorm()"),
    Planted("after", "BatchNorm does not use its running variance in evaluation", running_variance_unused, ["after.trains"], on="nn.BatchNorm()"),
    Planted("after", "attention given keys alone takes the values from the query", values_of_the_query, ["before.constructs", "after.output"],
            on="nn.MultiHeadDotProductAttention(4, qkv_features=16)"),
    Planted("after", "a reversed RNN that has time first reverses the batch", reversed_in_the_batch, ["after.output"],
            on="nn.RNN(nn.SimpleCell(16), time_major=True, reverse=True, keep_order=True)"),
)

# What no clause notices yet.
MISSED = (
    Planted("after", "SpectralNorm's sigma carries no gradient", sigma_without_gradient, ["after.gradients"], on="nn.SpectralNorm(nn.Dense(96))"),
)
