"""Faults that show before and after the first pass: what is remembered, copied and asked; shapes, values, learning."""

from __future__ import annotations

import itertools

from . import Planted
from .flax_classes import around, fed, linen, made, parameters


def variables_of_nothing(patch) -> None:
    """A module that belongs to no pass shows a kernel of zeros."""
    import jax.numpy
    right = linen().Module.variables
    patch.setattr(linen().Module, "variables", property(
        lambda self: {"params": {"kernel": jax.numpy.zeros((1, 1))}} if self.scope is None else right.__get__(self)))


def table_keeps_values(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        import jax.numpy
        object.__setattr__(self, "_table", jax.numpy.zeros(8))
        return original(self, *args, **kwargs)
    around(patch, linen().Module, "tabulate", wrapper)


def type_forgotten(patch) -> None:
    made(lambda value: value.astype("float32"))(patch)


def text_fails(patch) -> None:
    def wrapper(original, self):
        raise AttributeError(f"{type(self).__name__} has no kernel")
    around(patch, linen().Module, "__repr__", wrapper)


def rebuilt(features):
    """A Dense as it comes back from a copy: without what was said beside its units."""
    return linen().Dense(features, use_bias=False)


def copies_forget_fields(patch) -> None:
    patch.setattr(linen().Dense, "__reduce_ex__", lambda self, protocol: (rebuilt, (self.features,)), raising=False)


def redrawn():
    counter = itertools.count(1)

    def change(module, value):
        return value if module.is_initializing() else value * (1 + 1e-3 * next(counter))
    return change


def key_ignored(patch) -> None:
    def wrapper(original, self, *args, **kwargs):
        import jax
        return jax.random.PRNGKey(7)
    from flax.core.scope import Scope
    around(patch, Scope, "make_rng", wrapper)


def bias_left_out(patch) -> None:
    """``init`` gives trees without biases."""
    def without(tree):
        return {name: without(leaf) for name, leaf in tree.items() if name != "bias"} if hasattr(tree, "items") else tree
    around(patch, linen().Module, "init", lambda original, self, *args, **kwargs: without(original(self, *args, **kwargs)))


def examples_for_features(module, inputs):
    """At init the batch is counted, not the features."""
    import jax.numpy
    return jax.numpy.zeros((inputs.shape[0], inputs.shape[0])) if module.is_initializing() and inputs.ndim == 2 else inputs


def detached(module, value):
    import jax
    return value if module.is_initializing() else jax.lax.stop_gradient(value)


def squeezed(patch) -> None:
    def wrapper(original, self, inputs):
        found = original(self, inputs)
        return found[0] if found.shape[0] == 1 else found
    around(patch, linen().Dense, "__call__", wrapper)


FAULTS = [
    Planted("before", "a module that belongs to no pass shows a kernel of zeros", variables_of_nothing, ["before.access_refused", "before.uninitialized"]),
    Planted("before", "tabulate() leaves an array in the module", table_keeps_values, ["before.queries_have_no_effect", "before.display"]),
    Planted("before", "param_dtype is forgotten", type_forgotten, ["before.placement_remembered"]),
    Planted("before", "printing a module fails", text_fails, ["before.display"]),
    Planted("before", "a copy forgets the fields of a layer", copies_forget_fields, ["before.copies_stay_lazy"]),
    Planted("after", "kernels are zero", made(lambda value: value * 0), ["after.distribution", "after.twin_values"]),
    Planted("after", "kernels are drawn twice as wide", made(lambda value: value * 2), ["after.distribution", "after.twin_values"]),
    Planted("after", "biases start at one", made(lambda value: value + 1, "bias"), ["after.distribution", "after.twin_values"]),
    Planted("after", "the key is ignored", key_ignored, ["after.reproducible", "after.twin_values"]),
    Planted("after", "init leaves the biases out", bias_left_out, ["after.nothing_uninitialized", "after.shapes", "before.constructs"]),
    Planted("after", "a layer counts examples for features", fed(examples_for_features), ["after.shapes", "before.constructs"]),
    Planted("after", "a pass does not compute with the kernel that it was given", parameters(redrawn()), ["after.idempotent"]),
    Planted("after", "no gradient reaches the bias", parameters(detached, "bias"), ["after.gradients", "after.trains"]),
    Planted("varying", "a batch of one loses its axis", squeezed, ["varying.batch_sizes"]),
]
