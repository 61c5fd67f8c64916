"""Faults found by going through Flax's own code line by line: mismatches, varying inputs, state, transforms."""

from __future__ import annotations

from . import Planted
from .flax_lines import edited, module, normalization


def shape_of_first_axis(patch) -> None:
    edited(patch, module("core.scope").Scope, "param",
           ("if jnp.shape(val) != jnp.shape(abs_val):", "if jnp.shape(val)[:1] != jnp.shape(abs_val)[:1]:"))


def group_size_any(patch) -> None:
    edited(patch, normalization("GroupNorm"), "__call__", ("if channels % self.group_size != 0:", "if False:"))


def heads_any(patch) -> None:
    edited(patch, module("linen.attention").MultiHeadDotProductAttention, "__call__",
           ("assert qkv_features % self.num_heads == 0, (", "assert True, ("))


def failed_pass_stays_open(patch) -> None:
    context = module("linen.module")._context
    patch.setattr(context, "module_stack", list(context.module_stack))
    edited(patch, module("linen.module").Module, "_call_wrapped_method",
           ("return y\n  finally:\n    _context.module_stack.pop()\n", "_context.module_stack.pop()\n    return y\n  finally:\n"))


def mutable_not_copied(patch) -> None:
    edited(patch, module("core.scope"), "_unfreeze_variables",
           ("new_variables[key] = unfreeze(value)", "new_variables[key] = value if isinstance(value, dict) else unfreeze(value)"))


def shared_is_cloned_twice(patch) -> None:
    edited(patch, module("linen.module").Module, "clone", ("if key in cache:", "if False:"))


def transposed_wants_a_batch(patch) -> None:
    edited(patch, module("linen.linear").ConvTranspose, "__call__", ("if num_batch_dimensions != 1:", "if num_batch_dimensions > 1:"))


def time_is_second(patch) -> None:
    edited(patch, module("linen.recurrent").RNN, "__call__", ("inputs.ndim - (self.cell.num_feature_axes + 1)", "1"))


def padding_of_first_image(patch) -> None:
    linear = module("linen.linear")
    patch.setattr(linear, "_pads", {}, raising=False)
    edited(patch, linear._Conv, "__call__",
           ("padding_lax = canonicalize_padding(self.padding, len(kernel_size))\n",
            "padding_lax = canonicalize_padding(self.padding, len(kernel_size))\n"
            "  if padding_lax == 'SAME' and input_dilation == (1,) * len(kernel_size):\n"
            "    padding_lax = _pads.setdefault((kernel_size, strides, kernel_dilation), lax.padtype_to_pads(\n"
            "      inputs.shape[1:-1], [(k - 1) * d + 1 for k, d in zip(kernel_size, kernel_dilation)], strides, 'SAME'))\n"))


def stack_of_all_threads(patch) -> None:
    class Context:
        def __init__(self) -> None:
            self.module_stack = [None]
            self.capture_stack: list = []
            self.call_info_stack: list = []
    patch.setattr(module("linen.module"), "_context", Context())


def frozen_keeps_what_is_missing(patch) -> None:
    serialization, frozen = module("serialization"), module("core.frozen_dict").FrozenDict

    def restore(held, states):
        return frozen({key: serialization.from_state_dict(value, states.get(key, value), name=key) for key, value in held.items()})
    patch.setitem(serialization._STATE_DICT_REGISTRY, frozen, (serialization._STATE_DICT_REGISTRY[frozen][0], restore))


def bfloat16_as_float16(patch) -> None:
    edited(patch, module("serialization"), "_dtype_from_name", ("return jax.numpy.bfloat16", "return np.dtype('float16')"))


def saving_converts_what_is_saved(patch) -> None:
    serialization = module("serialization")

    def state(held):
        for key, value in held.items():
            held[key] = serialization.to_state_dict(value)
        return held
    patch.setitem(serialization._STATE_DICT_REGISTRY, dict, (state, serialization._STATE_DICT_REGISTRY[dict][1]))


def numbers_become_vectors(patch) -> None:
    edited(patch, module("serialization"), "_ndarray_from_bytes", (".reshape(shape, order='C')", ".reshape(shape or (1,))"))


def sequences_in_order_of_text(patch) -> None:
    serialization = module("serialization")

    def restore(held, states):
        return [serialization.from_state_dict(value, states[key], name=key) for value, key in zip(held, sorted(states))]
    patch.setattr(serialization, "_restore_list", restore)
    patch.setitem(serialization._STATE_DICT_REGISTRY, list, (serialization._STATE_DICT_REGISTRY[list][0], restore))


def loaded_is_drawn_anew(patch) -> None:
    edited(patch, module("core.scope").Scope, "param",
           ("if self.has_variable('params', name):",
            "if self.has_variable('params', name) and not (self.is_mutable_collection('params') and self.has_rng('params')):"))


def traced_key_of_the_root(patch) -> None:
    edited(patch, module("core.scope").LazyRng, "as_jax_rng",
           ("return _fold_in_static", "return self.rng if isinstance(self.rng, jax.core.Tracer) else _fold_in_static"))


def mapped_start_alike(patch) -> None:
    edited(patch, module("core.lift"), "vmap",
           ("split_fn = lambda rng: random.split(random.clone(rng), d_axis_size)", "split_fn = lambda rng: jax.numpy.stack([rng] * d_axis_size)"))


def lifted_forget_what_is_off(patch) -> None:
    for name in ("module_class_lift_transform", "module_class_lift_transform_jit"):
        edited(patch, module("linen.transforms"), name,
               ("if f.name != 'parent' and f.init", "if f.name != 'parent' and f.init and getattr(self, f.name) is not False"))


FAULTS = (
    Planted("mismatch", "of a loaded parameter's shape only the first axis is compared", shape_of_first_axis, ["mismatch.state_rejected"],
            on="nn.Dense(96, use_bias=False)"),
    Planted("mismatch", "GroupNorm takes a width that is no multiple of group_size", group_size_any, ["mismatch.declared_conflict"],
            on="nn.GroupNorm(num_groups=None, group_size=4)"),
    Planted("mismatch", "attention takes a width that its heads do not divide", heads_any, ["mismatch.declared_conflict"],
            on="nn.MultiHeadDotProductAttention(4)"),
    Planted("mismatch", "after a call that failed, new modules become children of the one that failed", failed_pass_stays_open,
            ["mismatch.failed_first_pass_recovers"]),
    Planted("mismatch", "a pass writes new statistics into the caller's dictionary", mutable_not_copied,
            ["state.copy_after"], on="normalized_subject"),
    Planted("varying", "a layer that is held twice becomes two", shared_is_cloned_twice, ["varying.tied"]),
    Planted("varying", "ConvTranspose refuses an image without a batch", transposed_wants_a_batch, ["after.every_call_form"],
            on="nn.ConvTranspose(96, (3,))"),
    Planted("varying", "an RNN takes the second axis for time, whatever the rank", time_is_second, ["varying.leading_dimensions"],
            on="nn.RNN(nn.SimpleCell(16))"),
    Planted("varying", "a strided convolution keeps the padding of the first image size", padding_of_first_image, ["varying.resolutions"],
            on="nn.Conv(96, (3, 3), strides=2)"),
    Planted("varying", "two threads share the stack of modules", stack_of_all_threads, ["varying.concurrent"]),
    Planted("state", "bfloat16 is restored as float16", bfloat16_as_float16, ["state.round_trip"]),
    Planted("state", "saving turns the arrays of what is saved into NumPy's", saving_converts_what_is_saved,
            ["state.copy_after", "state.save_before"]),
    Planted("state", "arrays without dimensions are restored with one", numbers_become_vectors, ["state.round_trip"],
            on="normalized_subject"),
    Planted("state", "sequences of more than ten are restored in the order of text", sequences_in_order_of_text, ["after.shapes", "after.output"],
            on=f"nn.Sequential([{', '.join(f'nn.Dense({size})' for size in range(20, 8, -1))}])"),
    Planted("state", "a pass that may initialize draws loaded values anew", loaded_is_drawn_anew,
            ["state.partial_load", "state.load_before", "state.reinitialize_refused"]),
    Planted("transform", "under tracing every parameter is drawn from the root's key", traced_key_of_the_root, ["transform.compiled_first_pass"]),
    Planted("transform", "the members of a vmap that splits its keys start alike", mapped_start_alike, ["transform.wrappers"]),
    Planted("transform", "a lifted class forgets options that are off", lifted_forget_what_is_off, ["transform.wrappers"],
            on="nn.Dense(96, use_bias=False)"),
)

# What no clause notices yet.
MISSED = (
    Planted("state", "a FrozenDict is restored from a state that lacks entries", frozen_keeps_what_is_missing, ["state.partial_load"]),
)
