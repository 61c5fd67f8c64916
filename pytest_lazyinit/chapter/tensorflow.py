"""What section 6.4 of *Dive into Deep Learning* says and prints in its TensorFlow version."""

from __future__ import annotations

from typing import Any, Callable, List, Optional
from unittest import mock

import numpy as np

from ..clauses.clause import expect, statement
from ..clauses.trial import Trial, describe

SHAPES = [(20, 256), (256,), (256, 10), (10,)]
"""What the chapter prints after the first pass."""


@statement
def layers_exist(trial: Trial) -> None:
    """Each layer object exists before data is seen, though it is not built and knows no input dimension."""
    net = trial.build()
    kinds = trial.observe("net.layers", [type(layer).__name__ for layer in net.layers])
    expect(kinds == ["Dense", "Dense"], "two Dense layers before data is seen", kinds)
    built = trial.observe("built", [layer.built for layer in net.layers])
    expect(built == [False, False], "two layers that are not built", built)
    units = [layer.units for layer in net.layers]
    expect(units == [256, 10], "the declared units 256 and 10 to be known", units)


@statement
def layers_have_no_weights(trial: Trial) -> None:
    """``[net.layers[i].get_weights() for i in range(len(net.layers))]`` prints ``[[], []]`` before data is seen."""
    net = trial.build()
    shown = trial.observe("get_weights() by layer", repr([net.layers[i].get_weights() for i in range(len(net.layers))]))
    expect(shown == "[[], []]", "[[], []] before data is seen", shown)


@statement
def net_get_weights_raises(trial: Trial) -> None:
    """``net.get_weights()`` throws an error before data is seen, since the weights have not been initialized."""
    answers: List[Any] = []
    net = trial.build()
    error = trial.raised(lambda: answers.append(net.get_weights()))
    shown = trial.observe("net.get_weights()", describe(error) if error else repr(answers[0]))
    expect(isinstance(error, ValueError), "net.get_weights() to raise ValueError", shown)


@statement
def first_pass_infers_shapes(trial: Trial) -> None:
    """After ``net(X)`` with X of shape (2, 20), ``[w.shape for w in net.get_weights()]`` is ``[(20, 256), (256,), (256, 10), (10,)]``."""
    shown = trial.observe("[w.shape for w in net.get_weights()]", [w.shape for w in passed(trial).get_weights()])
    expect(shown == SHAPES, f"{SHAPES} after the first pass", shown)


@statement
def first_pass_infers_first_shape(trial: Trial) -> None:
    """Once the input dimension 20 is known, the first layer's kernel has the shape (20, 256)."""
    layer = passed(trial).layers[0]
    shown = trial.observe("net.layers[0].kernel.shape", tuple(layer.kernel.shape))
    expect(layer.built and shown == (20, 256), "a built first layer with a kernel of shape (20, 256)", shown)


@statement
def first_pass_infers_second_shape(trial: Trial) -> None:
    """The same pass gives the second layer's kernel the shape (256, 10), and no other data is needed."""
    layer = passed(trial).layers[1]
    shown = trial.observe("net.layers[1].kernel.shape", tuple(layer.kernel.shape))
    expect(layer.built and shown == (256, 10), "a built second layer with a kernel of shape (256, 10)", shown)


def passed(trial: Trial, net: Any = None) -> Any:
    """The chapter's ``net(X)``; gives the net."""
    net = trial.build() if net is None else net
    net(trial.batch().args[0])
    return net


@statement
def only_first_layer_needs_it(trial: Trial) -> None:
    """Only the first layer requires lazy initialization: with the second one built for 256 inputs, all shapes are the same."""
    import tensorflow as tf

    def declared():
        second = tf.keras.layers.Dense(10)
        second.build((None, 256))
        return tf.keras.models.Sequential([tf.keras.layers.Dense(256, activation="relu"), second])
    net = trial.build(declared)
    kernel = net.layers[1].kernel
    shown = [w.shape for w in passed(trial, net).get_weights()]
    expect(shown == SHAPES, f"{SHAPES} with the second layer declared", shown)
    expect(net.layers[1].kernel is kernel, "the second layer's kernel untouched by the first pass", "another one")


@statement
def layers_initialized_in_sequence(trial: Trial) -> None:
    """Shapes become known one layer after the other, from the input on."""
    import tensorflow as tf
    net, events = trial.build(), []
    original = tf.keras.layers.Layer.add_weight

    def add_weight(layer, *args, **kwargs):
        weight = original(layer, *args, **kwargs)
        events.append((net.layers.index(layer), tuple(weight.shape)))
        return weight
    with mock.patch.object(tf.keras.layers.Layer, "add_weight", add_weight):
        passed(trial, net)
    due = [(0, (20, 256)), (0, (256,)), (1, (256, 10)), (1, (10,))]
    trial.observe("sequence", ", ".join(f"layer {index} {shape}" for index, shape in events))
    expect(events == due, f"layers and shapes in the sequence {due}", events)


@statement
def architecture_is_easy_to_modify(trial: Trial) -> None:
    """Another number of hidden units is changed in one place: the next layer's shape follows."""
    import tensorflow as tf
    layers = tf.keras.layers
    net = passed(trial, trial.build(lambda: tf.keras.models.Sequential([layers.Dense(128, activation="relu"), layers.Dense(10)])))
    shown = trial.observe("net.layers[1].kernel.shape", tuple(net.layers[1].kernel.shape))
    expect(shown == (128, 10), "the second layer to follow the 128 units of the first", shown)


@statement
def dry_run_initializes(trial: Trial) -> None:
    """A dry run on dummy data infers all shapes and initializes all parameters, by the default random initializer."""
    net = trial.build()
    apply_init(net, np.zeros_like(trial.arrays()[0]))
    shown = [w.shape for w in net.get_weights()]
    expect(shown == SHAPES, f"{SHAPES} after a dry run", shown)
    kernels = [layer.get_weights()[0] for layer in net.layers]
    expect(all(len(np.unique(kernel)) > kernel.size / 2 for kernel in kernels), "random kernels", [k.ravel()[:3] for k in kernels])


@statement
def custom_initializer_after_dry_run(trial: Trial) -> None:
    """After a dry run an initializer of one's own sets every layer's parameters."""
    import tensorflow as tf

    def init(layer) -> None:
        met.append(layer)
        kernel, bias = layer.get_weights()
        layer.set_weights([tf.keras.initializers.Constant(0.5)(kernel.shape).numpy(), np.zeros_like(bias)])
    met: List[Any] = []
    early = trial.raised(lambda: init(trial.build().layers[0]))
    trial.observe("the initializer before a dry run", describe(early) if early else "accepted")
    expect(early is not None, "an initializer to find nothing to set before a dry run", "something")
    net = trial.build()
    apply_init(net, trial.arrays()[0], init)
    expect(met[1:] == net.layers, "the initializer to meet both layers", met[1:])
    for name, value in trial.adapter.values(net).items():
        due = 0.5 if name.endswith("kernel") else 0.0
        expect((value == due).all(), f"{name} filled with {due}", f"values from {value.min()} to {value.max()}")


def apply_init(net: Any, inputs: np.ndarray, init: Optional[Callable[[Any], None]] = None) -> None:
    """The chapter's method in Keras: data through the network first, then the initializer on every layer."""
    net(inputs)
    for layer in net.layers if init is not None else ():
        init(layer)


STATEMENTS = [
    layers_exist,
    layers_have_no_weights,
    net_get_weights_raises,
    first_pass_infers_shapes,
    first_pass_infers_first_shape,
    first_pass_infers_second_shape,
    only_first_layer_needs_it,
    layers_initialized_in_sequence,
    architecture_is_easy_to_modify,
    dry_run_initializes,
    custom_initializer_after_dry_run,
]
