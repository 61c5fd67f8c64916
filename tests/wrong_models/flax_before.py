"""Faults of the phase ``before`` in Flax."""

from __future__ import annotations

from dataclasses import replace

from pytest_lazyinit.catalogue import flax as catalogue

from . import Fault, patched
from .flax_modules import sequential, with_members


def moved_in_the_constructor():
    def builder():
        import jax
        jax.device_put(1.0)
        return catalogue.mlp()
    return replace(catalogue.subject(), builder=builder)


def width_given_up():
    """The mean of the features instead of the features, in model and twin: no kernel follows the input's width."""
    def mean(call, module, inputs, *others, **keywords):
        features = inputs.shape[-1]
        return call(inputs.mean(-1, keepdims=True)[..., :features], *others, **keywords)  # no features, no mean
    return replace(catalogue.subject(), builder=lambda: sequential(mean), like=lambda: sequential(mean, 1, 256), twin_at=None,
                   reference=lambda values, x: catalogue.reference(values, x.mean(-1, keepdims=True)))


def keeps_an_array(self):
    import jax.numpy
    type(self).__mro__[1].__post_init__(self)
    object.__setattr__(self, "room", jax.numpy.zeros(1024))


def grows_when_shown(self):
    import jax.numpy
    if "text" not in vars(self):
        object.__setattr__(self, "text", jax.numpy.zeros(8))
    return "Sequential"


def zeros(self):
    import numpy
    return numpy.zeros(3)


def without_the_last_layer(self, memo):
    return type(self)(self.layers[:1])


def lazy_init_fails_without_data():
    from flax import linen
    right = linen.Module.lazy_init

    def lazy_init(self, rngs, *args, **keywords):
        if not args:
            raise RuntimeError("broken")
        return right(self, rngs, *args, **keywords)
    return patched(linen.Module, "lazy_init", lazy_init)


def bias_forgets_its_type():
    import jax.numpy
    from flax import linen
    right = linen.Module.param

    def param(self, name, init, *args, **keywords):
        single = (*args[:1], jax.numpy.float32) if name == "bias" and len(args) > 1 else args
        return right(self, name, init, *single, **keywords)
    return patched(linen.Module, "param", param)


FAULTS = [
    Fault("before.constructs", "the constructor puts an array on the device", subject=moved_in_the_constructor),
    Fault("before.uninitialized", "the model takes the mean of the features, so that no kernel follows the width", subject=width_given_up,
          follows=("after.shapes", "mismatch.rejected", "mismatch.message_names_both", "varying.rebind", "state.load_into_lazy")),
    Fault("before.allocates_nothing", "a module keeps an array beside its fields", subject=lambda: with_members(__post_init__=keeps_an_array)),
    Fault("before.access_refused", "a module without variables gives zeros for its parameters", subject=lambda: with_members(parameters=property(zeros))),
    Fault("before.display", "the text of a module is empty", subject=lambda: with_members(__repr__=lambda self: "")),
    Fault("before.initialize_only_registers", "lazy_init without data breaks down", plant=lazy_init_fails_without_data),
    Fault("before.placement_remembered", "biases forget param_dtype", plant=bias_forgets_its_type),
    Fault("before.copies_stay_lazy", "a deepcopy loses the last layer", subject=lambda: with_members(__deepcopy__=without_the_last_layer),
          follows=("state.copy_after",)),
    Fault("before.queries_have_no_effect", "showing a module makes an array in it", subject=lambda: with_members(__repr__=grows_when_shown)),
]
