"""Traces of a first pass: what became initialized, in which order, from what to what, and where a pass fails."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from pytest_lazyinit import Subject, frameworks
from pytest_lazyinit.frameworks.base import Adapter, NotOffered
from pytest_lazyinit.trace import size, trace
from pytest_lazyinit.trace.failure import numbers, said
from pytest_lazyinit.trace.recording import Clock, moments

from . import trace_models

FRAMEWORKS = ["torch", "tensorflow", "flax", "mxnet"]

# Parameter, owner, whether it was there before the pass, shape before and after, bytes; in the order in which it happens.
MLP = {
    "torch": [("0.weight", "0 LazyLinear", True, None, (256, 20), 20480), ("0.bias", "0 LazyLinear", True, None, (256,), 1024),
              ("2.weight", "2 LazyLinear", True, None, (10, 256), 10240), ("2.bias", "2 LazyLinear", True, None, (10,), 40)],
    "tensorflow": [("dense/kernel", "dense Dense", False, None, (20, 256), 20480), ("dense/bias", "dense Dense", False, None, (256,), 1024),
                   ("dense_1/kernel", "dense_1 Dense", False, None, (256, 10), 10240), ("dense_1/bias", "dense_1 Dense", False, None, (10,), 40)],
    "flax": [("layers_0/kernel", "layers_0 Dense", False, None, (20, 256), 20480), ("layers_0/bias", "layers_0 Dense", False, None, (256,), 1024),
             ("layers_2/kernel", "layers_2 Dense", False, None, (256, 10), 10240), ("layers_2/bias", "layers_2 Dense", False, None, (10,), 40)],
    # initialize() fills what has a known shape before any data arrives.
    "mxnet": [("0.bias", "0 Dense", True, (256,), (256,), 1024), ("1.bias", "1 Dense", True, (10,), (10,), 40),
              ("0.weight", "0 Dense", True, (256, None), (256, 20), 20480), ("1.weight", "1 Dense", True, (10, None), (10, 256), 10240)],
}
CONVOLUTIONAL = {
    "torch": ["0.0.weight 6 3 3 3", "0.0.bias 6", "0.1.weight 6", "0.1.bias 6", "0.1.running_mean 6", "0.1.running_var 6", "2.weight 10 216", "2.bias 10"],
    "tensorflow": ["block/conv2d/kernel 3 3 3 6", "block/conv2d/bias 6", *(f"block/batch_normalization/{name} 6" for name in (
        "gamma", "beta", "moving_mean", "moving_variance")), "dense/kernel 216 10", "dense/bias 10"],
    "flax": ["block/Conv_0/kernel 3 3 3 6", "block/Conv_0/bias 6", "batch_stats/block/BatchNorm_0/mean 6", "batch_stats/block/BatchNorm_0/var 6",
             "block/BatchNorm_0/scale 6", "block/BatchNorm_0/bias 6", "Dense_0/kernel 216 10", "Dense_0/bias 10"],
    "mxnet": ["0.0.bias 6", "2.bias 10", "0.0.weight 6 3 3 3", *(f"0.1.{name} 6" for name in ("gamma", "beta", "running_mean", "running_var")), "2.weight 10 216"],
}
RECURRENT = {
    "torch": ["project.weight 7 5", "project.bias 7", "head.weight 2 4", "head.bias 2"],
    "tensorflow": ["dense/kernel 5 7", "dense/bias 7", "lstm/lstm_cell/kernel 7 16", "lstm/lstm_cell/recurrent_kernel 4 16", "lstm/lstm_cell/bias 16",
                   "dense_1/kernel 4 2", "dense_1/bias 2"],
    "flax": ["project/kernel 5 7", "project/bias 7", "LSTMCell_0/ii/kernel 7 4", "LSTMCell_0/hi/kernel 4 4", "LSTMCell_0/hi/bias 4",
             "LSTMCell_0/if/kernel 7 4", "LSTMCell_0/hf/kernel 4 4", "LSTMCell_0/hf/bias 4", "LSTMCell_0/ig/kernel 7 4", "LSTMCell_0/hg/kernel 4 4",
             "LSTMCell_0/hg/bias 4", "LSTMCell_0/io/kernel 7 4", "LSTMCell_0/ho/kernel 4 4", "LSTMCell_0/ho/bias 4", "head/kernel 4 2", "head/bias 2"],
    "mxnet": ["0.bias 7", "h2h_weight 16 4", "i2h_bias 16", "h2h_bias 16", "2.bias 2", "0.weight 7 5", "i2h_weight 16 7", "2.weight 2 24"],
}
# The layer that fails, the two sizes, who demands the second, and the layers of the chain.
FAILING = {
    "torch": ("1.1", "Linear", 256, 128, "1.1.weight", ["0", "1.0", "1.1"]),
    "tensorflow": ("late", "Dense", 256, 128, "late/kernel", ["dense", "re_lu", "late"]),
    "flax": ("layers_0", "Dense", 128, 20, "layers_0/kernel", ["layers_0", "layers_2", "layers_0"]),
    "mxnet": ("1.1", "Dense", 256, 128, "1.1.weight", ["0", "1.0", "1.1"]),
}


def reference(framework, seed=0):
    subject = importlib.import_module(f"pytest_lazyinit.catalogue.{framework}").subject()
    return trace(subject, frameworks.adapter(framework), seed)


def traced(framework, kind):
    subject = Subject(trace_models.builder(framework, kind), trace_models.shape(framework, kind), name=kind)
    return trace(subject, frameworks.adapter(framework))


def listed(found):
    return [" ".join([event.parameter.replace("1._unfused.0.", ""), *map(str, event.after)]) for event in found.events]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_reference_mlp_in_order(framework):
    found = reference(framework)
    assert [(event.parameter, f"{event.layer} {event.layer_class}", event.existed, event.before, event.after, event.bytes)
            for event in found.events] == MLP[framework]
    assert [event.order for event in found.events] == [1, 2, 3, 4]
    totals = {name: found.totals[name] for name in ("parameters", "values", "buffers", "bytes", "initialized_before")}
    assert totals == {"parameters": 4, "values": 7946, "buffers": 0, "bytes": 31784, "initialized_before": 0}
    assert not found.uninitialized and found.failure is None and found.inputs == [(2, 20)]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_dtype_device_and_first_values(framework):
    found, adapter = reference(framework), frameworks.adapter(framework)
    assert {event.dtype for event in found.events} == {"float32"} and all(event.device.startswith("cpu") for event in found.events)
    weight = next(event for event in found.events if event.after in [(256, 20), (20, 256)])
    subject = importlib.import_module(f"pytest_lazyinit.catalogue.{framework}").subject()
    adapter.seed(0)
    model = adapter.adopt(subject.builder())
    adapter.first_pass(model, adapter.batch(np.ones((2, 20), "float32")))
    values = adapter.values(model)[weight.parameter]
    assert weight.mean == pytest.approx(values.mean(dtype="float64"), abs=1e-9)
    assert weight.deviation == pytest.approx(values.std(dtype="float64"), rel=1e-6)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_seed_decides_the_values(framework):
    one, same, other = (next(event.mean for event in reference(framework, seed).events if len(event.after) > 1) for seed in (0, 0, 7))
    assert one == same != other


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_times_do_not_run_backwards(framework):
    found = reference(framework)
    times = [event.milliseconds for event in found.events]
    assert times == sorted(times) and all(0 <= time <= found.totals["milliseconds"] for time in times)
    assert all(event.initialization > 0 for event in found.events)
    assert all(call.milliseconds >= 0 and call.began + call.milliseconds <= found.totals["milliseconds"] + 0.002 for call in found.calls)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_calls_nest_and_hand_shapes_on(framework):
    found = reference(framework)
    assert [call.depth for call in found.calls[:2]] == [0, 1] and found.calls[0].layer == "" and found.calls[0].parent is None
    assert found.calls[0].inputs == [(2, 20)] and found.calls[0].outputs == [(2, 10)]
    first = next(call for call in found.calls if call.layer == found.events[-2].layer.replace("2", "0").replace("_1", ""))
    assert (first.inputs, first.outputs) == ([(2, 20)], [(2, 256)])
    inside = {order: call.layer for call in found.calls for order in call.events}
    assert all(inside[event.order] == event.layer for event in found.events if event.call is not None)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_timeline_has_every_call_and_event_once(framework):
    found = traced(framework, "convolutional")
    moments = [(moment.what, moment.index) for moment in found.timeline]
    assert len(moments) == len(set(moments)) == 2 * len(found.calls) + len(found.events)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_convolutional_model_with_its_buffers(framework):
    found = traced(framework, "convolutional")
    assert listed(found) == CONVOLUTIONAL[framework]
    assert [event.deviation for event in found.events if event.buffer] == [0.0, 0.0]
    assert found.totals["buffers"] == 2 and found.totals["values"] == 2350 and found.totals["bytes"] == 9448


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_recurrent_model(framework):
    found = traced(framework, "recurrent")
    assert listed(found) == RECURRENT[framework]
    assert all(event.mean is not None for event in found.events)
    assert [event.parameter for event in found.initialized_before] == (
        [f"lstm.{name}_l0" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")] if framework == "torch" else [])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_failure_far_down_is_located_and_explained(framework):
    found = traced(framework, "failing")
    layer, kind, data, demanded, parameter, chain = FAILING[framework]
    failure = found.failure
    assert (failure.layer, failure.layer_class) == (layer, kind)
    assert (failure.sizes.found, failure.sizes.demanded, failure.sizes.parameter) == (data, demanded, parameter)
    assert [step.layer for step in failure.chain] == chain
    assert failure.chain[0].inputs == [(2, 20)] and failure.chain[0].outputs == [(2, 256)]
    assert failure.chain[-1].inputs == [(2, data)] and not failure.chain[-1].outputs
    assert failure.message and "\n" not in failure.message and not failure.message.startswith(failure.exception)
    assert any("never called by this pass, which failed before" in waiting.why for waiting in found.uninitialized)


def test_what_a_failed_init_of_flax_made_is_lost():
    waiting = traced("flax", "failing").uninitialized
    assert "it was made and is lost" in next(entry.why for entry in waiting if entry.parameter == "layers_0/kernel")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_layer_that_is_never_called(framework):
    waiting = traced(framework, "unused").uninitialized
    assert {(entry.layer, entry.why.partition(" (")[0]) for entry in waiting} == {("unused", "layer unused")}
    assert all(entry.why.endswith("was never called by this pass") for entry in waiting)


def test_keras_calls_layers_that_are_converted_to_graphs():
    """The first pass through a functional model converts call(); watching must not keep Keras from it."""
    tf = importlib.import_module("tensorflow")
    inputs = tf.keras.Input((20,))
    model = tf.keras.Model(inputs, tf.keras.layers.Dense(2)(inputs))
    found = trace(Subject(lambda: model, (2, 20), name="functional"), frameworks.adapter("tensorflow"))
    assert not found.events and len(found.initialized_before) == 2 and found.failure is None


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_nothing_of_the_watching_is_left(framework):
    adapter = frameworks.adapter(framework)
    owner = {"torch": lambda: adapter.torch.nn.Module, "tensorflow": lambda: adapter.keras.layers.Layer, "flax": lambda: adapter.linen.Module,
             "mxnet": lambda: adapter.mx.gluon.Block}[framework]()
    before = dict(vars(owner))
    traced(framework, "failing")
    assert dict(vars(owner)) == before


def test_an_adapter_that_cannot_watch_says_so():
    class Other(Adapter):
        name = "other"
    with pytest.raises(NotOffered, match="The adapter of other does not say what a pass calls."):
        Other().watched(None, None, None, None)


def raising(*_):
    raise RuntimeError("20 and 256 are mere numbers")


# The layer inside, what is done with input and output, the input's shape, and what may be said of sizes.
SURE = {
    "residual": (lambda nn: nn.LazyLinear(16), lambda x, y: x + y, (2, 20), (20, 16, None)),
    "norm": (lambda nn: nn.BatchNorm1d(7), None, (2, 20), (20, 7, "inner.weight")),
    "transposed": (lambda nn: nn.ConvTranspose1d(8, 4, 1), None, (2, 6, 5), (6, 8, "inner.weight")),
    "grouped": (lambda nn: nn.Conv1d(8, 4, 1, groups=2), None, (2, 6, 5), None),
    "no sizes": (lambda nn: nn.LazyLinear(16), raising, (2, 20), None),
}


@pytest.mark.parametrize("inner, join, shape, due", SURE.values(), ids=SURE)
def test_sizes_are_told_where_they_are_sure_and_left_out_elsewhere(inner, join, shape, due):
    torch = importlib.import_module("torch")

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = inner(torch.nn)

        def forward(self, x):
            return join(x, self.inner(x)) if join else self.inner(x)
    failure = trace(Subject(Model, shape), frameworks.adapter("torch")).failure
    assert failure is not None
    assert (failure.sizes and (failure.sizes.found, failure.sizes.demanded, failure.sizes.parameter)) == due


def test_words_of_an_exception():
    assert said(ValueError("Exception encountered when calling Dense.call().\n\n\x1b[1mno rank\x1b[0m\n")) == "ValueError: no rank"
    assert said(ValueError("ValueError: twice")) == "ValueError: twice" and said(KeyError()) == "KeyError"
    assert said(ValueError("Error encountered:\n  too wide")) == "ValueError: Error encountered: too wide"
    assert numbers("a (2x256 and 128x64) in dense_1 of v1.5, [3,4]") == [2, 256, 128, 64, 3, 4]


def test_small_facts():
    assert size((2, 3)) == 6 and size(()) == 1 and size((2, None)) == 0 and size(None) == 0
    assert moments(np.array([np.nan, 1])) == (None, None) and moments(np.zeros((0, 3))) == (None, None) and moments(np.array(3)) == (3.0, 0.0)
    clock = Clock()
    with clock.standing():
        assert clock.now() == clock.now()
