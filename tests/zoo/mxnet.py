"""Own models of MXNet Gluon, one a kind; each function gives what an author hands to ``contract``."""

from __future__ import annotations

import numpy as np

from .mxnet_faults import WRONG  # noqa: F401 (read from here)


def models():
    from . import mxnet_models
    return mxnet_models


def layers():
    from . import mxnet_layers
    return mxnet_layers


def normal(*shape: int) -> np.ndarray:
    return np.random.standard_normal(shape).astype("float32")


def chain(make, numpy: bool = True, hybrid: bool = False, **flags):
    """A builder of the layers that ``make(nn)`` gives, made under NumPy or classic semantics, hybridized where told so."""
    def chained():
        from mxnet import util
        from mxnet.gluon import nn
        with util.np_shape(numpy), util.np_array(numpy):
            net = (nn.HybridSequential if hybrid else nn.Sequential)()
            net.add(*make(nn))
        net.numpy_semantics = numpy
        if hybrid:
            net.hybridize(**flags)
        return net
    return chained


# -- forms of input -------------------------------------------------------------------------------------------

def several_inputs():
    return dict(builder=models().Towers, input_shape=[(3, 5), (3, 4)])


def keyword_inputs():
    return dict(builder=models().Keywords, call="encode", inputs=lambda: ((normal(3, 5),), {"context": normal(3, 2), "scale": 2.0}))


def nested_dict():
    return dict(builder=models().Nested, inputs=lambda: {"pair": (normal(3, 5), normal(3, 4)), 3: [normal(3, 2)], "bias": None})


def ids_and_lengths():
    return dict(builder=models().Sentiment, inputs=lambda: (np.random.randint(0, 11, (3, 5)).astype("int32"), np.array([5, 2, 1], "float32")))


def mask_and_memory():
    return dict(builder=models().Attention, inputs=lambda: (normal(2, 3, 5), np.array([[True, True, False]] * 2), None))


def graph():
    edges = np.array([[0, 1, 2, 3, 4, 0], [1, 2, 3, 4, 0, 2]], "int32")
    return dict(builder=models().Graph, inputs=lambda: (normal(5, 3), edges), batch_axis=None)


def sparse():
    import mxnet
    def rows(width):
        return lambda: mxnet.nd.sparse.csr_matrix(mxnet.nd.array(np.eye(4, width)))
    return dict(builder=layers().SparseRows, inputs=rows(6), other_inputs=rows(9), wrong_inputs=[rows(5), rows(7)], batch_axis=None)


def state_named_tuple():
    made = models()
    return dict(builder=made.Cell, inputs=lambda: (normal(3, 5), made.State(normal(3, 4), normal(3, 4))))


def writes_into_its_input():
    return dict(builder=models().Rescaling, input_shape=(3, 5))


def later_inputs_differ():
    return dict(builder=models().Recurrent, batch_axis=1, inputs=lambda: (normal(3, 2, 5), None), later_inputs=lambda: (normal(2, 2, 5), normal(1, 2, 4)))


def recurrent_with_state():
    return dict(builder=models().Recurrent, batch_axis=1, inputs=lambda: (normal(3, 2, 5), [normal(1, 2, 4)]))


def image():
    return dict(builder=chain(lambda nn: [nn.Conv2D(3, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"), nn.Flatten(), nn.Dense(2)]),
                input_shape=(2, 3, 5, 4), name="image")


# -- ways to call ---------------------------------------------------------------------------------------------

def call_by_method():
    return dict(builder=models().Keywords, call="encode", input_shape=(3, 5), stays_uninitialized=["context.*"])


def own_initializer():
    return dict(builder=models().Starting, first_pass="start", initialize=False, input_shape=(3, 5))


def initializes_itself():
    return dict(builder=models().Ready, initialize=False, input_shape=(3, 5))


def train_by_keyword():
    return dict(builder=models().Noisy, call="predict", train="!deterministic", input_shape=(3, 5))


def train_by_position():
    return dict(builder=models().Noisy, train=1, input_shape=(3, 5))


def train_by_field():
    return dict(builder=models().Noisy, train=".training", input_shape=(3, 5))


def ambient_mode():
    return dict(builder=chain(lambda nn: [nn.Dense(6), nn.Dropout(0.5), nn.Dense(3)]), train=models().modes, input_shape=(3, 5), name="ambient")


def dropout():
    return dict(builder=chain(lambda nn: [nn.Dense(6), nn.Dropout(0.5), nn.Dense(3)], numpy=False), input_shape=(3, 5), name="dropout")


def batch_norm():
    return dict(builder=chain(lambda nn: [nn.Dense(6), nn.BatchNorm(), nn.Dense(3)]), input_shape=(4, 5), name="normed",
                like=chain(lambda nn: [nn.Dense(6, in_units=5), nn.BatchNorm(in_channels=6), nn.Dense(3, in_units=6)]),
                shapes={"*.running_*": (6,), "*.gamma": (6,), "*.beta": (6,), "0.weight": (6, 5), "0.bias": (6,), "2.weight": (3, 6), "2.bias": (3,)})


def never_deterministic():
    return dict(builder=models().Sampler, input_shape=(3, 5))


def distribution_output():
    return dict(builder=models().Policy, input_shape=(3, 5), output=lambda found: (found.mean, found.spread))


def dataclass_output():
    return dict(builder=models().Heads, input_shape=(3, 5))


# -- whose mechanism ------------------------------------------------------------------------------------------

def lazy_subclass():
    return dict(builder=lambda: layers().Gain(4), input_shape=(3, 5), name="Gain", like=lambda: layers().Gain(4, in_units=5))


def own_hybrid_parameters():
    return dict(builder=layers().Gated, input_shape=(3, 5))


def own_mechanism():
    return dict(builder=layers().ByHand, input_shape=(3, 5))


def own_predicate():
    return dict(builder=layers().Placeholder, input_shape=(3, 5), uninitialized=lambda name, parameter: parameter.waiting,
                expected={"before.initialize_only_registers": "what initialize() is told holds for the placeholder alone"})


def children_at_first_call():
    return dict(builder=layers().AtFirstCall, input_shape=(3, 4), initialize=False,
                expected={"before.placement_remembered": "grad_req cannot be set before there is a layer"})


def lazy_buffer():
    return dict(builder=layers().Standardize, input_shape=(3, 5))


def spectral_norm():
    return dict(builder=layers().Spectral, input_shape=(3, 5))


def values_from_the_first_batch():
    return dict(builder=layers().ActNorm, input_shape=(4, 3), expected={
        "after.distribution": "shift and scale come from the first batch",
        "state.partial_load": "and both at once, so that one of them is not taken alone",
        "before.initialize_only_registers": "and not from what initialize() is told"})


def mapped():
    return dict(builder=layers().Mapped, input_shape=(2, 3, 5), batch_axis=1)


def tied():
    return dict(builder=layers().Siamese, input_shape=[(3, 5), (3, 5)])


def frozen():
    return dict(builder=layers().Frozen, input_shape=(3, 5))


def declared_branch():
    return dict(builder=layers().Branches, input_shape=(3, 5), stays_uninitialized=["text.*"])


def hybridized():
    return dict(builder=chain(lambda nn: [nn.Dense(6, activation="relu"), nn.Dense(3)], hybrid=True), input_shape=(3, 5), name="hybridized")


def hybridized_static():
    return dict(builder=chain(lambda nn: [nn.Dense(6, activation="relu"), nn.Dense(3)], numpy=False, hybrid=True, static_alloc=True, static_shape=True),
                input_shape=(3, 5), name="static")


def symbol_block():
    import mxnet
    def made():
        hidden = mxnet.sym.FullyConnected(mxnet.sym.var("data"), num_hidden=6, name="hidden")
        return mxnet.gluon.SymbolBlock(mxnet.sym.FullyConnected(hidden, num_hidden=3, name="output"), mxnet.sym.var("data"))
    return dict(builder=made, input_shape=(3, 5))


def no_parameters_inside():
    return dict(builder=chain(lambda nn: [nn.HybridLambda("tanh"), nn.Flatten(), nn.Dense(3), nn.Lambda("relu")], numpy=False),
                input_shape=(3, 2, 5), name="lambdas")


SOUND = {made.__name__: made for made in (
    several_inputs, keyword_inputs, nested_dict, ids_and_lengths, mask_and_memory, graph, sparse, state_named_tuple, writes_into_its_input,
    later_inputs_differ, recurrent_with_state, image, call_by_method, own_initializer, initializes_itself, train_by_keyword, train_by_position,
    train_by_field, ambient_mode, dropout, batch_norm, never_deterministic, distribution_output, dataclass_output, lazy_subclass,
    own_hybrid_parameters, own_mechanism, own_predicate, children_at_first_call, lazy_buffer, spectral_norm, values_from_the_first_batch, mapped, tied, frozen,
    declared_branch, hybridized, hybridized_static, symbol_block, no_parameters_inside)}
