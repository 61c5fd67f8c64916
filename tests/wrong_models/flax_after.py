"""Faults of the phase ``after`` in Flax."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from pytest_lazyinit import Variant
from pytest_lazyinit.catalogue import flax as catalogue

from . import Fault, patched
from .flax_modules import with_call, with_kernel, with_state


def too_narrow():
    """255 hidden units in model and twin, 256 in what is declared of them."""
    def builder(width=None, hidden=None):
        from flax import linen as nn
        return nn.Sequential([catalogue.dense(255, width), nn.relu, catalogue.dense(10, hidden)])
    shapes = {"layers_0/kernel": (20, 256), "layers_0/bias": (256,), "layers_2/kernel": (256, 10), "layers_2/bias": (10,)}
    return replace(catalogue.subject(), builder=builder, like=lambda: builder(20, 255), twin_at=lambda width: builder(width, 255), shapes=shapes)


def statistic():
    """A layer that hands its input on and keeps a statistic that nobody wrote."""
    import jax.numpy
    import numpy
    from flax import linen as nn

    class Average(nn.Module):
        @nn.compact
        def __call__(self, inputs):
            self.variable("statistics", "mean", lambda: jax.numpy.asarray(numpy.full(3, numpy.nan, numpy.float32)))
            return inputs
    return Average


def with_a_statistic_nobody_wrote():
    average = statistic()

    def builder(*widths):
        from flax import linen as nn
        return nn.Sequential([*catalogue.mlp(*widths).layers, average()])

    def narrower():
        from flax import linen as nn
        return nn.Sequential([*catalogue.mlp(classes=7).layers, average()])
    return replace(catalogue.subject(), builder=builder, like=lambda: builder(20, 256), twin_at=lambda width: builder(width, 256),
                   other_units=Variant(narrower))


def next_number(right, key, shape, dtype):
    import jax.numpy
    return jax.numpy.nextafter(right(key, shape, dtype), jax.numpy.ones((), dtype))


def zeros_when_traced(right, key, shape, dtype):
    import jax
    values = right(key, shape, dtype)
    return values * 0 if isinstance(values, jax.core.Tracer) and isinstance(key, jax.core.Tracer) else values


def fan_times_four():
    import jax._src.nn.initializers as initializers
    right = initializers._compute_fans
    return patched(initializers, "_compute_fans", lambda *args, **keywords: tuple(4 * fan for fan in right(*args, **keywords)))


def tanh_for_relu():
    import jax.numpy
    from flax import linen
    return patched(linen, "relu", jax.numpy.tanh)


def another_class():
    def builder():
        from flax import linen as nn

        class Net(nn.Sequential):
            pass
        return Net(catalogue.mlp().layers)
    return replace(catalogue.subject(), builder=builder)


def coarser_the_second_time(state, call, module, *args, **keywords):
    """A pass after the first one keeps 16 bits of the output's mantissa."""
    import jax
    output = call(*args, **keywords)
    if not module.is_initializing():
        state["passes"] = state.get("passes", 0) + 1
    return jax.lax.reduce_precision(output, 8, 16) if state.get("passes", 0) > 1 else output


def seed_ignored():
    """Of keys of the old and of the new kind."""
    import jax.random
    patches = contextlib.ExitStack()
    for name in ("PRNGKey", "key"):
        right = getattr(jax.random, name, None)
        if right is not None:
            patches.enter_context(patched(jax.random, name, lambda seed, right=right, **keywords: right(0, **keywords)))
    return patches


def closed_gate():
    """The MLP with an output layer that starts at zero, and its twin."""
    def builder(width=None):
        from flax import linen as nn
        return nn.Sequential([catalogue.dense(256, width), nn.relu, nn.Dense(10, kernel_init=nn.initializers.zeros)])
    return replace(catalogue.subject(), builder=builder, like=lambda: builder(20), twin_at=builder)


def uphill(call, module, *args, **keywords):
    """The gradient comes back with the other sign."""
    import jax
    turned = jax.custom_vjp(lambda value: value)
    turned.defvjp(lambda value: (value, None), lambda _, gradient: (-gradient,))
    return turned(call(*args, **keywords))


def filled_with_zeros():
    import jax.numpy
    return patched(jax.numpy, "full_like", lambda leaf, value: jax.numpy.zeros_like(leaf))


def positional_only():
    def builder():
        from flax import linen as nn

        class Sequential(nn.Sequential):
            def __call__(self, *args):
                return super().__call__(*args)
        return Sequential(catalogue.mlp().layers)
    return replace(catalogue.subject(), builder=builder)


FAULTS = [
    Fault("after.shapes", "the hidden layer has 255 units instead of 256", subject=too_narrow),
    Fault("after.nothing_uninitialized", "a statistic is never written", subject=with_a_statistic_nobody_wrote),
    Fault("after.twin_values", "kernels are the next floating-point number", subject=lambda: with_kernel(next_number)),
    Fault("after.distribution", "the initializer takes four times the fan", plant=fan_times_four),
    Fault("after.output", "relu computes tanh", plant=tanh_for_relu),
    Fault("after.twin_configuration", "the model is of another class than its twin", subject=another_class),
    Fault("after.idempotent", "passes after the first one drop the last bits of the output",
          subject=lambda: with_state(coarser_the_second_time),
          follows=("mismatch.rejection_changes_nothing", "state.load_before", "state.round_trip", "transform.functional_call")),
    Fault("after.reproducible", "every seed gives the same key", plant=seed_ignored),
    Fault("after.gradients", "the output layer starts at zero, so that no gradient reaches the first layer",
          subject=closed_gate, follows=("after.context_free", "after.idempotent")),
    Fault("after.trains", "the gradient has the other sign", subject=lambda: with_call(uphill, twin=True)),
    Fault("after.custom_init", "full_like fills with zeros", plant=filled_with_zeros),
    Fault("after.every_call_form", "the model takes no keyword", subject=positional_only),
    Fault("after.context_free", "under jit kernels are zero", subject=lambda: with_kernel(zeros_when_traced),
          follows=("transform.compiled_first_pass",)),
]
