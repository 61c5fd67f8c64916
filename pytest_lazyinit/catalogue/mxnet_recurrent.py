"""Recurrent layers and cells of MXNet Gluon.

A layer runs over a whole sequence, time first by default. A cell takes one step; it is given zeros for its state, and the
bidirectional one, which has no single step, runs over a sequence too.
"""

from __future__ import annotations

from typing import Any, Iterator

from .mxnet_recipes import FEATURES, OPTION, UNITS, Layer, weights

SEQUENCE = (3, 4, FEATURES)  # time, batch, features
PARAMETERS = ("*i2h_weight", "*h2h_weight", "*i2h_bias", "*h2h_bias")


def stacked(container, *cells):
    """Cells one on top of the other."""
    for cell in cells:
        container.add(cell)
    return container


def carried(layer):
    """A recurrent layer that is given its states, and gives them."""
    from .mxnet_modules import Carried
    return Carried(layer)


def step(cell, x):
    """One step from a state of zeros of the input's own kind, type and place."""
    import mxnet
    cell.reset()  # those that wrap another one remember a mask or an output of their last call
    zeros = (mxnet.np if isinstance(x, mxnet.np.ndarray) else mxnet.nd).zeros
    return cell(x, [zeros(state["shape"], dtype=x.dtype, ctx=x.context) for state in cell.state_info(x.shape[0])])


def unrolled(cell, x):
    """Over a sequence of shape ``(batch, time, features)``."""
    cell.reset()
    return cell.unroll(x.shape[1], x, layout="NTC", merge_outputs=True)


def layers() -> Iterator[Layer]:
    common = ["", "num_layers=2", "bidirectional=True", "layout='NTC'", "dtype='float64'"]
    for kind, options in (("RNN", ["activation='tanh'"]), ("LSTM", ["projection_size=5"]), ("GRU", [])):
        for option in common + options:
            code = ", ".join(filter(None, [f"{kind}({UNITS}", option]))
            known: dict = {"batch_axis": 0 if "NTC" in option else 1, **({"dtype": "float64"} if "float64" in option else {})}
            yield Layer(f"{code})", (4, 3, FEATURES) if "NTC" in option else SEQUENCE, f"{code}, input_size={{width}})", 2,
                        weights(f"rnn.{kind}", option, *PARAMETERS), OPTION if option else ("*",), known=known, classic="float64" in option,
                        versions=">=1.9" if "projection" in option else ">=1.6")  # MXNet 1.6 has no projection on the CPU


def carrying() -> Iterator[Layer]:
    """What calls with states of its own can break, and what a call without them decides for the next one."""
    yield Layer(f"carried(LSTM({UNITS}))", SEQUENCE, f"carried(LSTM({UNITS}, input_size={{width}}))", 2, classic=True, layer="LSTM", alone=True,
                clauses=("before.constructs", "before.placement_remembered", "after.shapes", "after.twin_values", "after.idempotent", "mismatch.rejected"),
                known={"batch_axis": 1}, versions="<2.0")


# In 2.0.0b1 the first pass of an untouched cell raises DeferredInitializationError.
CELLS = ">=1.6,<2.0"


def cells() -> Iterator[Layer]:
    for kind, options in (("RNNCell", ["", "activation='relu'"]), ("LSTMCell", [""]), ("GRUCell", [""])):
        for option in options:
            code = ", ".join(filter(None, [f"{kind}({UNITS}", option]))
            yield cell(f"{code})", f"{code}, input_size={{width}})", clauses=OPTION if option else ("*",))
    yield cell(f"LSTMPCell({UNITS}, 5)", f"LSTMPCell({UNITS}, 5, input_size={{width}})")
    for wrapper, rest in (("ZoneoutCell", "zoneout_outputs=0.3, zoneout_states=0.2"), ("VariationalDropoutCell", "drop_inputs=0.3, drop_states=0.2")):
        yield cell(f"{wrapper}(RNNCell({UNITS}), {rest})", f"{wrapper}(RNNCell({UNITS}, input_size={{width}}), {rest})")
    # What it adds to its input is as wide as that.
    yield cell(f"ResidualCell(RNNCell({FEATURES}))", f"ResidualCell(RNNCell({FEATURES}, input_size={{width}}))")
    for container in ("SequentialRNNCell", "HybridSequentialRNNCell"):
        yield cell(f"stacked({container}(), RNNCell({UNITS}), GRUCell(7))",
                   f"stacked({container}(), RNNCell({UNITS}, input_size={{width}}), GRUCell(7, input_size={UNITS}))", layer=container)
    yield Layer(f"BidirectionalCell(RNNCell({UNITS}), LSTMCell(7))", (4, 3, FEATURES),
                f"BidirectionalCell(RNNCell({UNITS}, input_size={{width}}), LSTMCell(7, input_size={{width}}))", 2,
                weights("rnn.BidirectionalCell", "", *PARAMETERS), classic=True, known={"call": unrolled}, versions=CELLS)


def cell(code: str, twin: str, **further: Any) -> Layer:
    """A cell that takes one step of ``(batch, features)``; in MXNet 1 cells are for classic arrays."""
    return Layer(code, (4, FEATURES), twin, draws=weights(f"rnn.{code.partition('(')[0]}", "", *PARAMETERS), classic=True,
                 known={"call": step}, versions=CELLS, **further)
