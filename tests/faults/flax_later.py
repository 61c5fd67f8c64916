"""Faults that show later: at mismatched and varying inputs, in saved and loaded values, under transformations."""

from __future__ import annotations

from . import Planted
from .flax_classes import around, fed, linen, made, serialization, traced


def width_known(module):
    """The width of a layer's kernel, where it has one."""
    return module.get_variable("params", "kernel").shape[0] if module.has_variable("params", "kernel") else None


def fitted(module, inputs):
    import jax.numpy
    width = width_known(module)
    if width is None or inputs.ndim == 0:
        return inputs
    spare = max(width - inputs.shape[-1], 0)
    return jax.numpy.pad(inputs, [(0, 0)] * (inputs.ndim - 1) + [(0, spare)])[..., :width]


def repeated(module, inputs):
    """One feature is taken for all."""
    import jax.numpy
    width = width_known(module)
    return jax.numpy.repeat(inputs, width, -1) if width and inputs.ndim and inputs.shape[-1] == 1 else inputs


def sizes_unsaid(patch) -> None:
    def wrapper(original, self, inputs):
        from flax import errors
        try:
            return original(self, inputs)
        except errors.ScopeParamShapeError as error:
            error.args = ("the kernel has another shape",)
            raise
    around(patch, linen().Dense, "__call__", wrapper)


def empty_without_target(patch) -> None:
    """What is restored before init comes back without its biases."""
    def without(tree):
        return {name: without(leaf) for name, leaf in tree.items() if name != "bias"} if hasattr(tree, "items") else tree

    def wrapper(original, target, state, *args, **kwargs):
        found = original(target, state, *args, **kwargs)
        return without(found) if target is None else found
    around(patch, serialization(), "from_state_dict", wrapper)
    around(patch, serialization(), "from_bytes", lambda original, target, encoded: without(original(target, encoded)) if target is None else original(target, encoded))


def scalar_taken(module, inputs):
    return inputs.reshape(1) if inputs.ndim == 0 else inputs


def first_width():
    seen = {}

    def change(module, inputs):
        import jax.numpy
        if module.is_initializing() and inputs.ndim:
            return jax.numpy.zeros((*inputs.shape[:-1], seen.setdefault(module.features, inputs.shape[-1])))
        return inputs
    return change


def fed_at_each_plant(make):
    """A plant whose memory begins when it is planted."""
    return lambda patch: fed(make())(patch)


def flattened(module, inputs):
    return inputs.reshape(inputs.shape[0], -1) if inputs.ndim > 2 else inputs


def dropped_when_saved(patch) -> None:
    def without(tree):
        return {name: without(leaf) for name, leaf in tree.items() if name != "bias"} if hasattr(tree, "items") else tree
    around(patch, serialization(), "msgpack_serialize", lambda original, tree, *args, **kwargs: original(without(tree), *args, **kwargs))


def zeroed_when_restored(patch) -> None:
    def wrapper(original, encoded):
        import jax
        return jax.tree_util.tree_map(lambda leaf: leaf * 0, original(encoded))
    around(patch, serialization(), "msgpack_restore", wrapper)


def drawn_again(patch) -> None:
    """Where parameters may change, those that are there are drawn again."""
    def wrapper(original, self, name, init, *args, **kwargs):
        value = original(self, name, init, *args, **kwargs)
        if name == "kernel" and not self.is_initializing() and self.is_mutable_collection("params"):
            value = value * 2
            self.put_variable("params", name, value)
        return value
    around(patch, linen().Module, "param", wrapper)


def half_when_traced(value):
    return value.astype("float16") if traced(value) else value


def one_when_traced(value):
    return value + 1 if traced(value) else value


def no_remat(patch) -> None:
    def remat(kind, *args, **kwargs):
        class Refusing(kind):
            def __call__(self, *inputs, **keywords):
                if self.is_initializing():
                    raise RuntimeError("a checkpoint needs parameters")
                return super().__call__(*inputs, **keywords)
        return Refusing
    patch.setattr(linen(), "remat", remat)
    patch.setattr(linen(), "checkpoint", remat)


FAULTS = [
    Planted("mismatch", "another width is cut or padded to the kernel's", fed(fitted), ["mismatch.rejected"]),
    Planted("mismatch", "one feature is repeated for all", fed(repeated), ["mismatch.rejected"]),
    Planted("mismatch", "the error for a wrong width names no size", sizes_unsaid, ["mismatch.message_names_both"]),
    Planted("state", "what is restored before init lacks the biases", empty_without_target, ["state.load_before", "state.load_into_lazy"]),
    Planted("mismatch", "a scalar is taken for one feature", fed(scalar_taken), ["mismatch.degenerate"]),
    Planted("varying", "the first width is remembered for all later models", fed_at_each_plant(first_width), ["varying.rebind"]),
    Planted("varying", "leading dimensions count as features", fed(flattened), ["varying.leading_dimensions", "after.every_call_form"]),
    Planted("state", "saving leaves the biases out", dropped_when_saved, ["state.round_trip"]),
    Planted("state", "restored values are zero", zeroed_when_restored, ["state.round_trip", "state.load_before"]),
    Planted("state", "values are drawn again where parameters may change", drawn_again, ["state.reinitialize_refused"]),
    Planted("transform", "shape inference tells another type", made(half_when_traced), ["transform.abstract"]),
    Planted("transform", "under jit biases start at one", made(one_when_traced, "bias"), ["transform.compiled_first_pass", "after.context_free"]),
    Planted("transform", "a module under nn.remat cannot be initialized", no_remat, ["transform.wrappers"]),
]
