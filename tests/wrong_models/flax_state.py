"""Faults of Flax in the states of models: saved, restored, copied, initialized twice."""

from __future__ import annotations

import contextlib
import functools

from . import Fault, patched
from .flax_modules import sequential, with_members


def placeholder_for_an_empty_tree():
    """An empty tree is read as one with a parameter."""
    import numpy as np
    from flax import serialization
    right = serialization.msgpack_restore

    def msgpack_restore(encoded):
        return right(encoded) or {"params": {"layers_0": {"bias": np.zeros(256, "float32")}}}
    return patched(serialization, "msgpack_restore", msgpack_restore)


def rounded(tree):
    import jax
    return jax.tree_util.tree_map(lambda leaf: leaf.astype("float16").astype(leaf.dtype), tree)


def rounded_where(fits):
    """Bytes are rounded to half precision where they are restored into a target that ``fits``."""
    from flax import serialization
    right = serialization.from_bytes

    def from_bytes(target, encoded):
        found = right(target, encoded)
        return rounded(found) if fits(target) else found
    return patched(serialization, "from_bytes", from_bytes)


def holds_values(target) -> bool:
    import jax
    leaves = jax.tree_util.tree_leaves(target)
    return bool(leaves) and all(hasattr(leaf, "nbytes") for leaf in leaves)


def numpy_without_a_target():
    """What is restored before ``init`` becomes NumPy arrays."""
    import jax
    import numpy as np
    from flax import serialization
    right = serialization.from_state_dict

    @functools.wraps(right)
    def from_state_dict(target, state, *args, **kwargs):
        found = right(target, state, *args, **kwargs)
        return jax.tree_util.tree_map(np.asarray, found) if target is None else found
    return patched(serialization, "from_state_dict", from_state_dict)


def layer_skipped_that_a_tree_lacks():
    """A model that passes zeros for its first layer where a tree has the others alone."""
    from dataclasses import replace
    from pytest_lazyinit.catalogue import flax as catalogue

    def builder():
        import jax.numpy as jnp

        def around(call, module, inputs, *others, **keywords):
            given = module.scope.root._variables.get("params", {}) if module.scope is not None else {}
            if given and "layers_0" not in given and not module.is_initializing():
                return module.layers[2](jnp.zeros((*inputs.shape[:-1], 256)))
            return call(inputs, *others, **keywords)
        return sequential(around)
    return replace(catalogue.subject(), builder=builder)


def copied_without_activation():
    """The deep copy of a module has another activation."""
    def deepcopy(self, memo):
        from flax import linen as nn
        first, _, last = self.layers
        return type(self)([first, nn.tanh, last])
    return with_members(__deepcopy__=deepcopy)


@contextlib.contextmanager
def drawn_again_where_mutable():
    """A parameter that is there is drawn again where parameters may change."""
    from flax.core.scope import Scope
    right = Scope.param

    def param(self, name, init_fn, *init_args, **keywords):
        if self.has_variable("params", name) and self.is_mutable_collection("params"):
            self.put_variable("params", name, init_fn(self.make_rng("params"), *init_args) + 1)
        return right(self, name, init_fn, *init_args, **keywords)
    with patched(Scope, "param", param):
        yield


FAULTS = [
    Fault("state.save_before", "an empty tree is restored as one with a bias", plant=placeholder_for_an_empty_tree,
          follows=("before.copies_stay_lazy",)),
    Fault("state.load_before", "bytes restored before init are rounded to half precision", plant=lambda: rounded_where(lambda target: target is None)),
    Fault("state.round_trip", "bytes restored into an initialized tree are rounded to half precision", plant=lambda: rounded_where(holds_values)),
    Fault("state.load_into_lazy", "a state restored before init becomes NumPy arrays", plant=numpy_without_a_target),
    Fault("state.partial_load", "a layer that a tree lacks is passed over and never initialized", subject=layer_skipped_that_a_tree_lacks),
    Fault("state.copy_after", "a deep copy has another activation", subject=copied_without_activation),
    Fault("state.reinitialize_refused", "parameters are drawn again where they may change", plant=drawn_again_where_mutable),
]
