"""Faults of the phase ``varying`` in Flax."""

from __future__ import annotations

from dataclasses import replace

from pytest_lazyinit import Subject, Variant
from pytest_lazyinit.catalogue import flax as catalogue

from . import Fault
from .flax_modules import with_call, with_state


def louder_for_three(call, module, inputs, *others, **keywords):
    return call(inputs, *others, **keywords) + (inputs.ndim == 2 and inputs.shape[0] == 3)


def reversed_rows(call, module, inputs, *others, **keywords):
    output = call(inputs, *others, **keywords)
    return output[:, ::-1] if inputs.ndim == 3 else output


def only_the_latest_width(state, call, module, inputs, *others, **keywords):
    """All models of the builder share what the latest of them was initialized for."""
    if module.is_initializing():
        state["latest"] = inputs.shape[-1:]
    elif state["latest"] != inputs.shape[-1:] and inputs.shape[-1:] == (20,):
        raise ValueError("another model of this builder took another width")
    return call(inputs, *others, **keywords)


def never_wider(state, call, module, inputs, *others, **keywords):
    width = inputs.shape[-1] if inputs.ndim else 0
    if module.is_initializing() and width > state.setdefault("width", width) > 0:
        raise RuntimeError("broken")
    return call(inputs, *others, **keywords)


def second_use_detached():
    def builder():
        import jax
        from flax import linen as nn

        class Net(nn.Module):
            @nn.compact
            def __call__(self, inputs):
                shared = nn.Dense(256, name="shared")
                hidden = shared(nn.relu(nn.Dense(256, name="first")(inputs)))
                return nn.Dense(10, name="last")(hidden + jax.lax.stop_gradient(shared(hidden)))
        return Net()
    return replace(catalogue.subject(), tied=Variant(builder, shared=("shared/*",), count=6))


def two_layers_for_one():
    return replace(catalogue.subject(), tied_conflict=Variant(lambda: catalogue.mlp()))


def a_trunk_for_each_width():
    def builder():
        from flax import linen as nn

        class Net(nn.Module):
            @nn.compact
            def __call__(self, inputs):
                width = inputs.shape[-1]
                return nn.Dense(10, name=f"trunk_{width}")(nn.relu(nn.Dense(256, name=f"adapter_{width}")(inputs)))
        return Net()
    return replace(catalogue.subject(), many_widths=Variant(builder, shared=("trunk_*",), widths=(20, 30, 7)))


def flattened():
    def builder():
        from flax import linen as nn

        class Net(nn.Module):
            @nn.compact
            def __call__(self, images):
                features = nn.relu(nn.Conv(4, (3, 3))(images))
                return nn.Dense(10)(features.reshape((*images.shape[:-3], -1)))
        return Net()
    return Subject(builder, (2, 8, 8, 3), name="Flattened", resolutions=Variant(builder, input_shapes=[(2, 12, 12, 3)]))


def disturbed_by_a_second_thread(state, call, module, *args, **keywords):
    """While one call is inside, another one's output is wrong."""
    inside = state["inside"] = state.get("inside", 0) + 1
    try:
        return call(*args, **keywords) + (inside > 1)
    finally:
        state["inside"] -= 1


FAULTS = [
    Fault("varying.batch_sizes", "batches of three give another output", subject=lambda: with_call(louder_for_three)),
    Fault("varying.leading_dimensions", "an extra leading dimension is reversed", subject=lambda: with_call(reversed_rows, twin=True)),
    Fault("varying.rebind", "a second model of the builder takes the first one's width away", subject=lambda: with_state(only_the_latest_width, shared=True)),
    Fault("varying.rebind_by_framework", "a module cannot be initialized again for a larger width", subject=lambda: with_state(never_wider)),
    Fault("varying.tied", "the second use of a shared layer gets no gradient", subject=second_use_detached),
    Fault("varying.tied_conflict", "the layer fed two widths is two layers", subject=two_layers_for_one),
    Fault("varying.many_widths", "each width has a trunk of its own", subject=a_trunk_for_each_width),
    Fault("varying.resolutions", "a dense layer on flattened images depends on their size", subject=flattened),
    Fault("varying.concurrent", "two threads in one module disturb each other", subject=lambda: with_state(disturbed_by_a_second_thread)),
]
