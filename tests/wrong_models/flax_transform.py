"""Faults of Flax under transformations of whole models."""

from __future__ import annotations

import contextlib

from . import Fault, patched
from .flax_modules import with_kernel


def computed_by_shape_inference():
    """Shape inference gives arrays for the shapes that it infers."""
    import jax
    right = jax.eval_shape

    def eval_shape(fun, *args, **kwargs):
        found = right(fun, *args, **kwargs)
        return jax.tree_util.tree_map(lambda leaf: jax.numpy.zeros(leaf.shape, leaf.dtype), found)
    return patched(jax, "eval_shape", eval_shape)


def zeros_when_mapped():
    """Under vmap over keys, the kernels are left at zero."""
    def init(right, key, shape, dtype):
        made = right(key, shape, dtype)
        return made * 0 if type(made).__name__ == "BatchTracer" else made
    return with_kernel(init)


@contextlib.contextmanager
def kernels_left_out_of_a_call():
    """nn.apply passes zeros for the kernels that it is given."""
    import jax
    from flax import linen
    right = linen.apply

    def apply(*details, **options):
        call = right(*details, **options)
        return lambda variables, *args, **kwargs: call(
            jax.tree_util.tree_map(lambda leaf: leaf * (leaf.ndim < 2), variables), *args, **kwargs)
    with patched(linen, "apply", apply):
        yield


@contextlib.contextmanager
def no_init_under_remat():
    """A rematerialized module cannot be initialized."""
    from flax import linen
    right = linen.remat

    def remat(called, *details, **options):
        run = right(called, *details, **options)

        def call(module, *inputs):
            if module.is_initializing():
                raise RuntimeError("no parameters under remat")
            return run(module, *inputs)
        return call
    with patched(linen, "remat", remat):
        yield


FAULTS = [
    Fault("transform.abstract", "shape inference allocates what it infers", plant=computed_by_shape_inference),
    Fault("transform.compiled_first_pass", "a kernel that is initialized under vmap is zero", subject=zeros_when_mapped),
    Fault("transform.functional_call", "nn.apply passes zeros for kernels that it is given", plant=kernels_left_out_of_a_call),
    Fault("transform.wrappers", "a module under nn.remat cannot be initialized", plant=no_init_under_remat),
]
