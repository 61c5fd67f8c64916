"""Recipes of Keras' recurrent cells and layers, and of the wrappers around layers."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping

import numpy as np

from .recipes import DECIDED, Recipe, constant, glorot_uniform, orthogonal, zeros

UNITS, WIDTH, STEPS = 24, 20, 3
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def biases(kind: str, option: str) -> List[tuple]:
    """One bias; a GRU that resets after the product has a second one."""
    if "use_bias=False" in option:
        return []
    gates = GATES[kind] * UNITS
    return [(2, gates)] if kind == "GRU" and "reset_after=False" not in option else [(gates,)]


def weights(kind: str, option: str) -> Dict[str, Any]:
    """Shapes in order, and the documented first values: the gates stand side by side in one matrix."""
    gates, source = GATES[kind] * UNITS, f"tf.keras.layers.{kind}, arguments"
    # A forget gate begins with ones: the second of an LSTM's four.
    bias = constant((0.0, 1.0, 0.0, 0.0), source) if kind == "LSTM" and "unit_forget_bias=False" not in option else zeros(source)
    return {"shapes": [(WIDTH, gates), (UNITS, gates), *biases(kind, option)],
            "draws": {"*kernel": glorot_uniform(WIDTH, gates, source), "*recurrent_kernel": orthogonal(source), **({"*bias": bias} if biases(kind, option) else {})}}


def options(kind: str) -> List[str]:
    own = {"LSTM": [", unit_forget_bias=False"], "GRU": [", reset_after=False"]}.get(kind, [])
    return ["", ", use_bias=False", ", dtype='float64'", *own]


def states(kind: str, units: int = UNITS, dtype: str = "float32") -> List[np.ndarray]:
    return [np.random.standard_normal((4, units)).astype(dtype) for _ in range(2 if kind == "LSTM" else 1)]


def cell_inputs(*kinds: str, dtype: str = "float32"):
    """One step's features and the states of each cell; a list of lists where there are several."""
    def inputs() -> tuple:
        held = [states(kind, UNITS if not index else 12, dtype) for index, kind in enumerate(kinds)]
        return np.random.standard_normal((4, WIDTH)).astype(dtype), held if len(held) > 1 else held[0]
    return inputs


def cells(kind: str) -> Iterator[Recipe]:
    for option in options(kind):
        code, facts = f"layers.{kind}Cell({UNITS}{option})", weights(kind, option)
        yield Recipe(code, (), f"built({code}, (None, {WIDTH}))", draws=facts["draws"], clauses=DECIDED if option else ("*",),
                     known={"input_shape": None, "inputs": cell_inputs(kind, dtype="float64" if "float64" in option else "float32"), "shapes": facts["shapes"]})


def recurrent(kind: str) -> Iterator[Recipe]:
    for option in [*options(kind), ", return_sequences=True"]:
        yield sequence(f"layers.{kind}({UNITS}{option})", weights(kind, option), option)


def sequence(code: str, facts: Mapping[str, Any], option: str = "", clauses: tuple = ()) -> Recipe:
    return Recipe(code, (4, STEPS, WIDTH), f"built({code}, (None, {STEPS}, {{width}}))", axis=-1, draws=facts["draws"],
                  clauses=clauses or ((*DECIDED, "transform.abstract") if "return_sequences" in option else DECIDED if option else ("*",)),
                  known={"shapes": facts["shapes"], **({"dtype": "float64"} if "float64" in option else {})}, sizes=[(4, steps, WIDTH) for steps in (2, 5)])


def stacked() -> Iterator[Recipe]:
    """Two cells, of which the second is fed what the first one puts out."""
    made = "layers.StackedRNNCells([layers.LSTMCell(24), layers.GRUCell(12)])"
    shapes = [(WIDTH, 96), (UNITS, 96), (96,), (UNITS, 36), (12, 36), (2, 36)]
    yield Recipe(made, (), f"built({made}, (None, {WIDTH}))", known={"input_shape": None, "inputs": cell_inputs("LSTM", "GRU"), "shapes": shapes})
    yield sequence("layers.RNN(layers.SimpleRNNCell(24))", weights("SimpleRNN", ""))
    yield sequence(f"layers.RNN({made})", {"shapes": shapes, "draws": {}}, "stacked")


def wrapped() -> Iterator[Recipe]:
    once = weights("LSTM", "")
    both = {**once, "shapes": once["shapes"] * 2}
    yield sequence("layers.Bidirectional(layers.LSTM(24))", both)
    yield sequence("layers.Bidirectional(layers.LSTM(24), merge_mode='sum')", both, "merge_mode")
    gru = weights("GRU", "")
    yield sequence("layers.Bidirectional(layers.LSTM(24), backward_layer=layers.GRU(24, go_backwards=True))",
                   {"shapes": once["shapes"] + gru["shapes"], "draws": {}}, "backward_layer")
    source = "tf.keras.layers.Dense, arguments"
    yield sequence("layers.TimeDistributed(layers.Dense(96))", {"shapes": [(WIDTH, 96), (96,)],
                                                                 "draws": {"*kernel": glorot_uniform(WIDTH, 96, source), "*bias": zeros(source)}})


def convolutional(dims: int) -> Iterator[Recipe]:
    """The gates of a convolutional LSTM are the filters of two convolutions, of the input and of the state."""
    filters, channels, sizes = 8, 4, {1: (9,), 2: (7, 6), 3: (7, 6, 5)}[dims]
    source, gates, field = f"tf.keras.layers.ConvLSTM{dims}D, arguments", 4 * filters, 3 ** dims
    for option in ("", ", use_bias=False", ", padding='same'", ", unit_forget_bias=False"):
        code, biased = f"layers.ConvLSTM{dims}D({filters}, 3{option})", "use_bias" not in option
        bias = zeros(source) if "forget" in option else constant((0.0, 1.0, 0.0, 0.0), source)
        shapes = [(3,) * dims + (channels, gates), (3,) * dims + (filters, gates), (gates,)]
        yield Recipe(code, (3, 2, *sizes, channels), f"built({code}, ({', '.join(map(str, (None, 2, *sizes)))}, {{width}}))", axis=-1,
                     draws={"*kernel": glorot_uniform(field * channels, field * gates, source), "*recurrent_kernel": orthogonal(source), **({"*bias": bias} if biased else {})},
                     clauses=DECIDED if option else ("*",), versions=">=2.8", known={"shapes": shapes if biased else shapes[:2]},
                     sizes=[(3, 4, *sizes, channels), (3, 2, *(size + 2 for size in sizes), channels)])


RECIPES: List[Recipe] = [
    *(recipe for kind in GATES for recipe in cells(kind)),
    *stacked(),
    *(recipe for kind in GATES for recipe in recurrent(kind)),
    *wrapped(),
    *(recipe for dims in (1, 2, 3) for recipe in convolutional(dims)),
]
