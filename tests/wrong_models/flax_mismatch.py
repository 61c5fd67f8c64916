"""Faults of the phase ``mismatch`` in Flax."""

from __future__ import annotations

from . import Fault, patched
from .flax_modules import with_call, with_state


def averages_a_double_width(state, call, module, inputs, *others, **keywords):
    """Once initialized, an input of twice the width is folded and averaged."""
    width = inputs.shape[-1] if inputs.ndim else 0
    if module.is_initializing():
        state["width"] = width
    elif width == 2 * state.get("width", 0):
        inputs = inputs.reshape((*inputs.shape[:-1], 2, width // 2)).mean(-2)
    return call(inputs, *others, **keywords)


def spoiled_by_a_rejection(state, call, module, inputs, *others, **keywords):
    width = inputs.shape[-1:]
    state["spoiled"] = state.get("spoiled", 0) or int(state.setdefault("width", width) != width)
    return call(inputs, *others, **keywords) + state["spoiled"]


def dead_after_a_scalar(state, call, module, inputs, *others, **keywords):
    if state.get("dead"):
        raise ValueError("this module failed before")
    state["dead"] = not inputs.ndim
    return call(inputs, *others, **keywords)


def message_without_sizes():
    from flax import errors
    return patched(errors.ScopeParamShapeError, "__str__", lambda self: "shapes differ")


def undocumented_error_of_a_load():
    import jax
    from flax import serialization
    right = serialization.from_state_dict

    def from_state_dict(target, state, *args, **keywords):
        restored = right(target, state, *args, **keywords)
        shapes = [[getattr(leaf, "shape", ()) for leaf in jax.tree_util.tree_leaves(tree)] for tree in (target, restored)]
        if shapes[0] != shapes[1]:
            raise RuntimeError("restored into the wrong place")
        return restored
    return patched(serialization, "from_state_dict", from_state_dict)


def nothing_taken(call, module, *args, **keywords):
    return call(*args, **keywords) if args or keywords else None


FAULTS = [
    Fault("mismatch.rejected", "an input of twice the width is folded", subject=lambda: with_state(averages_a_double_width)),
    Fault("mismatch.rejection_changes_nothing", "after a rejected call the output is another", subject=lambda: with_state(spoiled_by_a_rejection)),
    Fault("mismatch.failed_first_pass_recovers", "after a scalar the module refuses everything", subject=lambda: with_state(dead_after_a_scalar)),
    Fault("mismatch.message_names_both", "the error of a wrong shape names none", plant=message_without_sizes),
    Fault("mismatch.state_rejected", "restoring other shapes raises an error that nobody documents", plant=undocumented_error_of_a_load,
          follows=("state.load_into_lazy", "state.load_before")),
    Fault("mismatch.degenerate", "a call without an input returns nothing", subject=lambda: with_call(nothing_taken)),
]
