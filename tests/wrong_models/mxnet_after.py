"""Faults of MXNet Gluon that show after the first pass."""

from __future__ import annotations

import copy
from dataclasses import replace

from pytest_lazyinit.catalogue import mxnet as catalogue
from pytest_lazyinit.subjects import Variant

from . import Fault, patched


def narrow(classes: int = 10):
    """The MLP with 255 hidden units."""
    from mxnet.gluon import nn
    return catalogue.chain(nn.Dense(255, activation="relu"), nn.Dense(classes))


def narrower_than_declared():
    declared = {"0.weight": (256, 20), "0.bias": (256,), "1.weight": (10, 256), "1.bias": (10,)}
    return replace(catalogue.subject(), builder=narrow, like=None, shapes=declared, other_units=Variant(builder=lambda: narrow(7)))


def with_counter(*widths: int, classes: int = 10):
    """The MLP with a layer that counts."""
    from .mxnet_blocks import Counter
    return catalogue.chain(*catalogue.mlp(*widths, classes=classes), Counter())


def subject_with_counter():
    return replace(catalogue.subject(), builder=with_counter, like=lambda: with_counter(20, 256),
                   twin_at=lambda width: with_counter(width, 256), other_units=Variant(builder=lambda: with_counter(classes=7)))


def inference_draws():
    """Shape inference tries a random sample, drawn from the classic generators."""
    import mxnet
    block = mxnet.gluon.HybridBlock
    right = block._deferred_infer_shape

    def infer(self, *args):
        with mxnet.util.np_array(False):
            mxnet.nd.random.uniform(shape=(1,))
        return right(self, *args)
    return patched(block, "_deferred_infer_shape", infer)


def half_the_range():
    import mxnet
    right = mxnet.init.Uniform._init_weight
    return patched(mxnet.init.Uniform, "_init_weight", lambda self, name, array: right(mxnet.init.Uniform(self.scale / 2), name, array))


def tanh_for_relu():
    from mxnet.gluon import nn
    return patched(nn.Activation, "hybrid_forward", lambda self, F, x: F.np.tanh(x))


def no_trace(block, args, output):
    """A hook that does nothing."""


def hook_left_behind():
    from mxnet.gluon import HybridBlock
    right = HybridBlock._deferred_infer_shape

    def infer(self, *args):
        self.register_forward_hook(no_trace)
        return right(self, *args)
    return patched(HybridBlock, "_deferred_infer_shape", infer)


def parameters_made_anew():
    """Shape inference replaces the parameters that it completes, outside of a compiled graph."""
    from mxnet.gluon import HybridBlock
    right = HybridBlock._deferred_infer_shape

    def infer(self, *args):
        right(self, *args)
        waiting = {} if self._active else {key: p for key, p in self._reg_params.items() if p._data is None}
        for key, parameter in waiting.items():
            twin = self._reg_params[key] = self._params._params[parameter.name] = copy.copy(parameter)
            vars(self)[key] = twin
    return patched(HybridBlock, "_deferred_infer_shape", infer)


def seed_ignored():
    import mxnet
    right = mxnet.random.seed
    return patched(mxnet.random, "seed", lambda seed_state, ctx="all": right(0, ctx))


def cut_off_behind_frozen(*widths: int):
    """The MLP of somebody who takes a frozen first layer for a frozen model."""
    from .mxnet_blocks import Extractor
    net = Extractor()
    net.add(*catalogue.mlp(*widths))
    net.numpy_semantics = True
    return net


def subject_cut_off_behind_frozen():
    return replace(catalogue.subject(), builder=cut_off_behind_frozen, like=lambda: cut_off_behind_frozen(20, 256))


def update_uphill():
    from mxnet.gluon import Trainer
    right = Trainer.step
    return patched(Trainer, "step", lambda self, batch_size, ignore_stale_grad=False: right(self, -batch_size, ignore_stale_grad))


def own_initializer_ignored():
    """A parameter that has values is initialized anew by the default initializer, whatever ``init`` says."""
    from mxnet.gluon import Parameter
    right = Parameter.initialize

    def initialize(self, init=None, *args, **kwargs):
        right(self, init if self._data is None else None, *args, **kwargs)
    return patched(Parameter, "initialize", initialize)


def sample_squeezed():
    from mxnet.gluon import HybridBlock
    right = HybridBlock._deferred_infer_shape
    return patched(HybridBlock, "_deferred_infer_shape", lambda self, x, *args: right(self, x.squeeze(), *args))


def detached_under_record():
    """What is initialized while autograd records is no leaf that could receive gradients."""
    import mxnet
    parameter = mxnet.gluon.Parameter
    right = parameter._finish_deferred_init

    def finish(self):
        waiting = bool(self._deferred_init)
        right(self)
        if waiting and mxnet.autograd.is_recording():
            self._data = [array.detach() for array in self._data]
    return patched(parameter, "_finish_deferred_init", finish)


FAULTS = [
    Fault("after.shapes", "the hidden layer has 255 units where 256 are declared", subject=narrower_than_declared),
    Fault("after.nothing_uninitialized", "a statistic starts as zero divided by zero", subject=subject_with_counter,
          follows=("state.load_before",)),
    Fault("after.twin_values", "shape inference draws a random number", plant=inference_draws),
    Fault("after.distribution", "Uniform draws from half of its range", plant=half_the_range),
    Fault("after.output", "ReLU computes tanh", plant=tanh_for_relu),
    Fault("after.twin_configuration", "deferred initialization leaves a hook behind", plant=hook_left_behind, follows=("state.load_into_lazy",)),
    Fault("after.idempotent", "the first pass makes the parameters that it completes anew", plant=parameters_made_anew, follows=("state.load_before",)),
    # Every file holds the values that are there already, so the half-done load that is declared for MXNet does not show.
    Fault("after.reproducible", "the seed is ignored, every seed gives the same values", plant=seed_ignored, follows=("mismatch.state_rejected",)),
    Fault("after.gradients", "a frozen first layer cuts the gradients of all the others off", subject=subject_cut_off_behind_frozen),
    Fault("after.trains", "the update goes up the gradient", plant=update_uphill),
    Fault("after.custom_init", "initialize(init, force_reinit=True) ignores the initializer that it is given", plant=own_initializer_ignored),
    # Split over two contexts, the batch of a wrapped model arrives as batches of one.
    Fault("after.every_call_form", "shape inference squeezes the sample, so a batch of one loses its axis", plant=sample_squeezed,
          follows=("transform.wrappers",)),
    Fault("after.context_free", "what is initialized under record() is detached from the gradients", plant=detached_under_record),
]
