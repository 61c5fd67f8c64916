"""Faults of MXNet Gluon under transformations of whole blocks."""

from __future__ import annotations

from . import Fault, patched

LAYER = 3  # the arguments of a layer's own graph: data, weight, bias


def bias_of_one_in_a_whole_graph():
    """In the graph of more than one layer each bias has one element."""
    import mxnet
    right = mxnet.sym.Symbol.infer_shape

    def infer_shape(self, *args, **kwargs):
        arguments, outputs, states = right(self, *args, **kwargs)
        if arguments is not None and len(arguments) > LAYER and "data" in kwargs:
            arguments = [(1,) if name.endswith("_bias") else shape for name, shape in zip(self.list_arguments(), arguments)]
        return arguments, outputs, states
    return patched(mxnet.sym.Symbol, "infer_shape", infer_shape)


def doubled_by_compiling():
    """The first pass of a hybridized layer doubles what it has initialized."""
    from mxnet.gluon import HybridBlock
    right = HybridBlock._call_cached_op

    def call(self, *args):
        first = [parameter for parameter in self.collect_params().values() if parameter._data is None]
        output = right(self, *args)
        for parameter in first:
            parameter.set_data(2 * parameter.data())
        return output
    return patched(HybridBlock, "_call_cached_op", call)


def given_values_ignored():
    """A graph is bound to zeros, whatever it is given."""
    import mxnet
    right = mxnet.sym.Symbol.bind

    def bind(self, ctx, args, *more, **kwargs):
        return right(self, ctx, {name: array * 0 for name, array in args.items()}, *more, **kwargs)
    return patched(mxnet.sym.Symbol, "bind", bind)


def width_of_one_by_hooks():
    """A block that is hooked before its first pass takes one feature for what is unknown."""
    from mxnet.gluon import Block
    right = Block.register_forward_pre_hook

    def register(self, hook):
        for parameter in self.collect_params().values():
            if parameter._data is None:
                parameter.shape = tuple(max(size, 1) for size in parameter.shape)
        return right(self, hook)
    return patched(Block, "register_forward_pre_hook", register)


FAULTS = [
    Fault("transform.abstract", "in the graph of more than one layer each bias has one element", plant=bias_of_one_in_a_whole_graph),
    Fault("transform.compiled_first_pass", "the first pass of a hybridized layer doubles what it has initialized", plant=doubled_by_compiling,
          follows=("after.context_free",)),
    Fault("transform.functional_call", "a graph is bound to zeros, whatever it is given", plant=given_values_ignored),
    Fault("transform.wrappers", "a block that is hooked before its first pass takes one feature for what is unknown", plant=width_of_one_by_hooks),
]
