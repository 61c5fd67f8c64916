"""Faults in Flax planted without a look at what the clauses check."""

from __future__ import annotations

import dataclasses

from . import Planted
from .editing import rewritten
from .flax_lines import edited, module, normalization


def everywhere(patch, names, *changes) -> None:
    """A function that several modules have imported is edited in all of them."""
    first, name = names[0].rsplit(".", 1)
    made = rewritten(getattr(module(first), name), module(first), *changes)
    for place in names:
        owner, called = place.rsplit(".", 1)
        patch.setattr(module(owner), called, made)


def submodules_counted_twice(patch) -> None:
    edited(patch, module("linen.summary"), "_get_module_variables", ("].pop(key)", "][key]"))


def statistics_like_parameters(patch) -> None:
    edited(patch, normalization("BatchNorm"), "__call__",
           ("jnp.zeros(s, jnp.float32)", "jnp.zeros(s, self.param_dtype)"), ("jnp.ones(s, jnp.float32)", "jnp.ones(s, self.param_dtype)"))


def box_of_kernel_lost(patch) -> None:
    edited(patch, module("linen.linear").DenseGeneral, "__call__",
           ("return meta.replace_boxed(kernel, jnp.reshape(kernel.unbox(), shape))", "kernel = kernel.unbox()"))


def transposed_undilated(patch) -> None:
    edited(patch, module("linen.linear").ConvTranspose, "__call__", ("rhs_dilation=kernel_dilation,", "rhs_dilation=None,"))


def drawn_for_all_groups(patch) -> None:
    edited(patch, module("linen.linear")._Conv, "__call__",
           ("'kernel', self.kernel_init, kernel_shape, self.param_dtype",
            "'kernel', self.kernel_init if self.feature_group_count == 1 else lambda key, shape, dtype: self.kernel_init(\n"
            "      key, shape[:-2] + (in_features, shape[-1]), dtype)[..., :shape[-2], :], kernel_shape, self.param_dtype"))


def half_statistics(patch) -> None:
    edited(patch, module("linen.normalization"), "_compute_stats", ("if force_float32_reductions:", "if not force_float32_reductions:"))


def reset_before_product(patch) -> None:
    edited(patch, module("linen.recurrent").GRUCell, "__call__",
           ("r * dense_h(name='hn', use_bias=True)(h)", "dense_h(name='hn', use_bias=True)(r * h)"))


def as_wide_as_its_heads(patch) -> None:
    edited(patch, module("linen.attention").MultiHeadDotProductAttention, "__call__",
           ("features = self.out_features or inputs_q", "features = self.out_features or self.qkv_features or inputs_q"))


def type_of_parameters(patch) -> None:
    edited(patch, module("linen.dtypes"), "canonicalize_dtype", ("for x in args if x is not None", "for x in args[1:] or args if x is not None"))


def kernels_without_filter(patch) -> None:
    edited(patch, normalization("WeightNorm"), "_l2_normalize",
           ("if self.variable_filter:", "if True:"), ("in self.variable_filter:", "in self.variable_filter or ('kernel',):"))


def same_on_both_sides(patch) -> None:
    edited(patch, module("linen.linear")._Conv, "__call__",
           ("padding_lax = canonicalize_padding(self.padding, len(kernel_size))\n",
            "padding_lax = canonicalize_padding(self.padding, len(kernel_size))\n"
            "  if padding_lax == 'SAME':\n"
            "    wide = [(k - 1) * d for k, d in zip(kernel_size, kernel_dilation)]\n"
            "    padding_lax = [(pad // 2, pad - pad // 2) for pad in wide]\n"))


def given_carry_stopped(patch) -> None:
    edited(patch, module("linen.recurrent").RNN, "__call__", ("carry = initial_carry", "carry = jax.lax.stop_gradient(initial_carry)"))


def shapes_of_tracers_unchecked(patch) -> None:
    edited(patch, module("core.scope").Scope, "param",
           ("in zip(value_flat, abs_value_flat):",
            "in () if any(isinstance(val, jax.core.Tracer) for val in value_flat) else zip(value_flat, abs_value_flat):"))


def constructor_wins(patch) -> None:
    edited(patch, module("linen.module"), "merge_param", ("if a is not None and b is not None:", "if False:"))


def failed_call_not_rewound(patch) -> None:
    rewind = "    if is_compact_method:\n      object.__setattr__(self, 'scope', self.scope.rewound())\n"
    edited(patch, module("linen.module").Module, "_call_wrapped_method",
           (f"    return y\n  finally:\n    _context.module_stack.pop()\n{rewind}",
            f"{rewind}    return y\n  finally:\n    _context.module_stack.pop()\n"))


def instances_share(patch) -> None:
    edited(patch, normalization("InstanceNorm"), "__call__", ("for i in range(1, x.ndim)", "for i in range(x.ndim)"))


def local_bias_of_examples(patch) -> None:
    edited(patch, module("linen.linear")._Conv, "__call__", ("bias_shape = conv_output_shape[1:]", "bias_shape = conv_output_shape"))


def passes_kept(patch) -> None:
    patch.setattr(module("linen.module"), "_caches", {})


def bytes_in_own_order(patch) -> None:
    edited(patch, module("serialization"), "_ndarray_to_bytes", ("arr.tobytes('C')", "arr.tobytes('A')"))


def frozen_within(patch) -> None:
    everywhere(patch, ["core.frozen_dict.unfreeze", "core.scope.unfreeze", "core.lift.unfreeze", "core.unfreeze"],
               ("    ys = {}\n    for key, value in x.items():\n      ys[key] = unfreeze(value)\n    return ys\n",
                "    return jax.tree_util.tree_map(lambda y: y, x)\n"))


def spectral_moves_in_evaluation(patch) -> None:
    edited(patch, normalization("SpectralNorm"), "_spectral_normalize",
           ("if update_stats:", "if update_stats or self.is_mutable_collection(self.collection_name):"))


def switches_do_not_count(patch) -> None:
    kind = module("linen.linear").Dense

    def key(layer):
        values = [getattr(layer, field.name) for field in dataclasses.fields(layer) if field.name != "parent"]
        return tuple(value for value in values if not isinstance(value, bool))
    patch.setattr(kind, "__eq__", lambda self, other: type(other) is type(self) and key(self) == key(other))
    patch.setattr(kind, "__hash__", module("linen.module")._wrap_hash(lambda self: hash(key(self))))


def initializers_do_not_count(patch) -> None:
    edited(patch, module("linen.transforms"), "_fingerprint_recursive",
           ("if field.name not in ('parent', 'name'):", "if field.name not in ('parent', 'name') and not inspect.isroutine(getattr(obj, field.name)):"))


def static_counted_without_self(patch) -> None:
    everywhere(patch, ["linen.transforms.checkpoint", "linen.transforms.remat", "linen.checkpoint", "linen.remat"],
               ("tree_map(lambda x: x - 1, static_argnums)", "tree_map(lambda x: x, static_argnums)"))


FAULTS = [
    Planted("after", "ConvTranspose does not dilate its kernel", transposed_undilated, ["after.output"],
            on="nn.ConvTranspose(96, (3,), kernel_dilation=(2,))"),
    Planted("after", "the kernel of a grouped convolution is drawn with the fan of all groups", drawn_for_all_groups,
            ["after.distribution", "after.twin_values"], on="nn.Conv(96, (3,), feature_group_count=2)"),
    Planted("after", "GRUCell resets the state before its product with the kernel instead of after", reset_before_product, ["after.output"],
            on="nn.GRUCell(16)"),
    Planted("after", "attention's output is as wide as qkv_features instead of the query", as_wide_as_its_heads,
            ["after.shapes", "after.output"], on="nn.MultiHeadDotProductAttention(4, qkv_features=16)"),
    Planted("after", "WeightNorm without a filter normalizes only kernels", kernels_without_filter, ["after.shapes", "after.output"],
            on="nn.WeightNorm(nn.Dense(96), variable_filter=None)"),
    Planted("varying", "InstanceNorm takes its statistics over the batch too", instances_share, ["varying.batch_sizes", "after.output"],
            on="nn.InstanceNorm()"),
    Planted("varying", "ConvLocal's bias has entries for each example of the first batch", local_bias_of_examples,
            ["varying.batch_sizes", "after.shapes"], on="nn.ConvLocal(8, (3,))"),
    Planted("mismatch", "under jit or grad the shapes of loaded parameters are not compared", shapes_of_tracers_unchecked,
            ["mismatch.state_rejected", "mismatch.rejected"]),
    Planted("state", "arrays in Fortran's order are saved scrambled", bytes_in_own_order, ["state.round_trip"]),
]

MISSED = [
    Planted("before", "tabulate() counts the parameters of a submodule in its parents too", submodules_counted_twice, ["before.display"]),
    Planted("before", "BatchNorm's running statistics take param_dtype instead of float32", statistics_like_parameters,
            ["before.placement_remembered", "after.trains"], on="nn.BatchNorm()"),
    Planted("before", "DenseGeneral loses the partitioning that its initializer gives the kernel", box_of_kernel_lost,
            ["before.placement_remembered", "after.custom_init"], on="nn.DenseGeneral(96)"),
    Planted("after", "normalizations compute the statistics of half-precision inputs in half precision", half_statistics,
            ["after.output", "before.placement_remembered"], on="nn.LayerNorm()"),
    Planted("after", "layers compute in the type of their parameters, whatever the inputs'", type_of_parameters, ["after.output"],
            on="nn.Dense(5, param_dtype=jnp.float16)"),
    Planted("after", "a strided convolution with padding SAME pads both sides alike", same_on_both_sides, ["after.output"],
            on="nn.Conv(96, (3,), strides=2)"),
    Planted("after", "no gradient goes through the carry that an RNN is given", given_carry_stopped, ["after.gradients", "after.every_call_form"],
            on="nn.RNN(nn.SimpleCell(16))"),
    Planted("mismatch", "what contradicts a constructor's switch at the call is silently ignored", constructor_wins,
            ["mismatch.declared_conflict"], on="nn.BatchNorm()"),
    Planted("mismatch", "a bound model of which a call failed cannot be called again", failed_call_not_rewound,
            ["mismatch.rejection_changes_nothing", "mismatch.failed_first_pass_recovers"]),
    Planted("varying", "every pass keeps its variables alive", passes_kept, ["after.idempotent", "varying.batch_sizes"]),
    Planted("state", "a partial state of frozen dictionaries within a dict cannot be completed", frozen_within, ["state.partial_load"]),
    Planted("state", "SpectralNorm's statistics move in evaluation where they are mutable", spectral_moves_in_evaluation,
            ["after.idempotent", "varying.batch_sizes"], on="nn.SpectralNorm(nn.Dense(96))"),
    Planted("transform", "Dense layers that differ only in a switch are equal, and jit takes one for the other", switches_do_not_count,
            ["transform.compiled_first_pass", "varying.rebind"], on="nn.Dense(96, use_bias=False)"),
    Planted("transform", "nn.jit takes a layer for one that differs in an initializer only", initializers_do_not_count,
            ["transform.wrappers", "after.custom_init"], on="nn.Dense(96)"),
    Planted("transform", "nn.remat counts static arguments without the module", static_counted_without_self, ["transform.wrappers"],
            on="nn.BatchNorm()"),
]
