"""Faults of MXNet Gluon that show before the first pass."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import replace

from pytest_lazyinit.catalogue import mxnet as catalogue

from . import Fault, patched


def scaled_by_data(*widths: int):
    """The MLP of somebody who computes a constant with arrays and reads it back in the constructor."""
    import mxnet
    net = catalogue.mlp(*widths)
    net.scale = float(mxnet.nd.ones((20,)).sum().asnumpy())
    return net


def subject_scaled_by_data():
    return replace(catalogue.subject(), builder=scaled_by_data, like=lambda: scaled_by_data(20, 256))


def dimensions_swapped_in_the_text():
    from mxnet.gluon import nn
    right = nn.Dense.__repr__

    def text(self):
        units, in_units = self.weight.shape
        return right(self) if in_units > 0 else right(self).replace(f"{in_units} -> {units}", f"{units} -> {in_units}")
    return patched(nn.Dense, "__repr__", text)


@contextlib.contextmanager
def gradient_buffers_in_the_constructor():
    """A parameter whose shape is known gets its gradient buffer when it is made; freezing it drops the buffer."""
    import mxnet
    parameter = mxnet.gluon.Parameter
    construct, requirement = parameter.__init__, parameter.grad_req

    def constructor(self, *args, **kwargs):
        construct(self, *args, **kwargs)
        if self.shape and all(size > 0 for size in self.shape):
            self._grad = [mxnet.np.zeros(self.shape)]

    def require(self, request):
        if self._data is None:
            self._grad = None
        requirement.fset(self, request)
    with patched(parameter, "__init__", constructor), patched(parameter, "grad_req", property(requirement.fget, require)):
        yield


def zeros_listed_as_values():
    import mxnet
    parameter = mxnet.gluon.Parameter
    right = parameter.list_data

    def list_data(self):
        return [mxnet.np.zeros([max(size, 0) for size in self.shape])] if self._data is None else right(self)
    return patched(parameter, "list_data", list_data)


def text_kept():
    from mxnet.gluon import Parameter
    right = Parameter.__repr__

    def text(self):
        if not hasattr(self, "_text"):
            self._text = right(self)
        return self._text
    return patched(Parameter, "__repr__", text)


def initializer_forgotten_by_deferred():
    """What is deferred is registered with the default initializer, whatever ``Block.initialize(init)`` said."""
    import mxnet
    parameter = mxnet.gluon.Parameter
    right = parameter.initialize

    def initialize(self, init=None, ctx=None, default_init=None, force_reinit=False):
        known = all(size > 0 for size in self.shape)
        right(self, init, ctx, default_init if known and default_init else mxnet.init.Uniform(), force_reinit)
    return patched(parameter, "initialize", initialize)


def second_device_forgotten():
    from mxnet.gluon import Parameter
    right = Parameter._init_impl
    return patched(Parameter, "_init_impl", lambda self, data, ctx_list: right(self, data, ctx_list[:1]))


def frozen_is_thawed_by_a_copy():
    from mxnet.gluon import Parameter

    def deepcopy(self, memo):
        twin = memo[id(self)] = Parameter.__new__(type(self))
        twin.__dict__.update(copy.deepcopy(vars(self), memo), _grad_req="write")
        return twin
    return patched(Parameter, "__deepcopy__", deepcopy)


def ties_cut_by_a_copy():
    """Each layer is copied by itself, so a layer that is used twice becomes two."""
    from mxnet.gluon import nn

    def deepcopy(self, memo):
        twin = memo[id(self)] = nn.Sequential(prefix=self.prefix)
        twin.numpy_semantics = self.numpy_semantics
        twin.add(*(renamed(copy.deepcopy(block), index) for index, block in enumerate(self._children.values())))
        return twin

    def renamed(block, index):
        for parameter in block.params.values():
            parameter.name = f"copy{index}_{parameter.name}"
        block._params._params = type(block._params._params)((p.name, p) for p in block.params.values())
        return block
    return patched(nn.Sequential, "__deepcopy__", deepcopy)


def every_matrix_is_deferred():
    from mxnet.gluon import Parameter
    right = Parameter.initialize

    def initialize(self, init=None, ctx=None, default_init=None, force_reinit=False):
        shape = self._shape
        if len(shape) > 1 and not force_reinit:
            self._shape = shape[:1] + (0,)
        right(self, init, ctx, *([default_init] if default_init else []), force_reinit=force_reinit)
        self._shape = shape
    return patched(Parameter, "initialize", initialize)


def summary_draws():
    import mxnet
    right = mxnet.viz.print_summary

    def print_summary(symbol, *args, **kwargs):
        mxnet.nd.random.uniform(shape=(2, 20))
        return right(symbol, *args, **kwargs)
    return patched(mxnet.viz, "print_summary", print_summary)


FAULTS = [
    Fault("before.constructs", "the constructor computes a constant with arrays and reads it back", subject=subject_scaled_by_data),
    Fault("before.uninitialized", "while its input dimension is unknown a layer shows its two dimensions the other way round",
          plant=dimensions_swapped_in_the_text),
    # What is held before the pass is held after every question too.
    Fault("before.allocates_nothing", "the gradient buffers of the biases are made in the constructor",
          plant=gradient_buffers_in_the_constructor, follows=("transform.abstract",)),
    Fault("before.access_refused", "list_data() of an uninitialized parameter gives zeros", plant=zeros_listed_as_values),
    Fault("before.display", "a parameter's text is made once and still shows the unknown dimension after the pass", plant=text_kept),
    Fault("before.initialize_only_registers", "initialize(init) is forgotten for what is deferred", plant=initializer_forgotten_by_deferred),
    Fault("before.placement_remembered", "of several devices given to initialize() the first alone is remembered", plant=second_device_forgotten, follows=("transform.wrappers",)),
    Fault("before.copies_stay_lazy", "a deep copy forgets that a parameter is frozen", plant=frozen_is_thawed_by_a_copy),
    Fault("before.copies_stay_lazy", "a deep copy cuts the tie of a layer that is used twice", plant=ties_cut_by_a_copy, follows=("state.copy_after",)),
    Fault("before.partial", "a weight waits for data although its layer's input dimension is declared", plant=every_matrix_is_deferred),
    Fault("before.queries_have_no_effect", "a summary draws a random sample as its input", plant=summary_draws),
]
