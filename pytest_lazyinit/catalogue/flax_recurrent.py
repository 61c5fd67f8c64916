"""Recipes of Flax linen's recurrent cells, of what runs them over time, and of attention."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Mapping

import numpy as np

from ..frameworks.words import Initializer
from ..subjects import Variant
from .flax_clauses import OPTION, OVER_TIME, TYPED, asked
from .recipes import Recipe, lecun_normal, ones, zeros

UNITS, HEADS, QUERIES, MEMORY = 16, 4, 12, 20
FIRST_CELLS = ">=0.7"  # cells took no features before


def numbers(*shape: int) -> np.ndarray:
    return np.random.standard_normal(shape).astype("float32")


def stepped(shape: tuple, units: int, two: bool) -> Callable[[], tuple]:
    """The input of one step and a cell's carry, two arrays in an LSTM."""
    def make():
        states = tuple(numbers(*shape[:-1], units) for _ in range(2 if two else 1))
        return (), {"inputs": numbers(*shape), "carry": states if two else states[0]}
    return make


def kernels(layer: str, fan: int, prefix: str = "i*") -> Dict[str, Initializer]:
    """LeCun's normal for what sees the input; what sees the carry is orthogonal, as the twin's."""
    return {f"{prefix}/kernel": lecun_normal(fan, f"flax.linen.{layer}, kernel_init")}


def wider(name: str) -> Callable[[], Any]:
    """A cell that declares one unit more than the carry that it is fed has."""
    def build():
        from flax import linen as nn
        return getattr(nn, name)(UNITS + 1)
    return build


def parted(name: str) -> Callable[[], Any]:
    """Attention of a number of heads that does not divide its queries' width."""
    def build():
        from flax import linen as nn
        return getattr(nn, name)(HEADS + 1)
    return build


def cells() -> Iterator[Recipe]:
    biases = {
        "SimpleCell": {"i/bias": zeros}, "LSTMCell": {"h*/bias": zeros}, "OptimizedLSTMCell": {"h*/bias": zeros},
        "GRUCell": {"*/bias": zeros}, "MGUCell": {"if/bias": ones, "?n/bias": zeros},
    }
    options = [(name, "", "") for name in biases] + [("SimpleCell", ", residual=True", "residual "), ("MGUCell", ", reset_gate=False", "")]
    since = {"SimpleCell": ">=0.8.2", "MGUCell": ">=0.7.5"}
    for name, option, twin in options:
        kind = f"{twin}{name}{' without reset' if 'reset' in option else ''}"
        draws = {glob: make(f"flax.linen.{name}, bias_init") for glob, make in biases[name].items()}
        draws = {glob.replace("?", "i") if "reset" in option else glob: first for glob, first in draws.items()}
        yield Recipe(f"nn.{name}({UNITS}{option})", (4, 20), f"cells.cell('{kind}', {{width}}, {UNITS})", draws={**kernels(name, 20), **draws},
                     clauses=asked(name, option) if option else (*asked(name), "mismatch.declared_conflict", *(TYPED if "Optimized" in name else [])),
                     versions=since.get(name, FIRST_CELLS) if not option else ">=0.8.2",
                     known={"inputs": stepped((4, 20), UNITS, "LSTM" in name), **({} if option else {"conflict": Variant(wider(name))})})
    for option, twin in (("", ""), (", use_bias=False", ", False")):
        draws = {"ih/kernel": lecun_normal(27, "flax.linen.Conv, kernel_init"), "hh/kernel": lecun_normal(9 * UNITS, "flax.linen.Conv, kernel_init")}
        yield Recipe(f"nn.ConvLSTMCell({UNITS}, (3, 3){option})", (2, 9, 8, 3), f"cells.conv_lstm({{width}}, {UNITS}, (3, 3){twin})", axis=3,
                     draws=draws if option else {**draws, "*/bias": zeros("flax.linen.Conv, bias_init")}, clauses=asked("ConvLSTMCell", option),
                     versions=FIRST_CELLS, known={"inputs": stepped((2, 9, 8, 3), UNITS, True)})


def over_time() -> Iterator[Recipe]:
    forms = [("SimpleCell", "", ""), ("SimpleCell", ", reverse=True", ", backwards=True"), ("SimpleCell", ", return_carry=True", ", carried=True"),
             ("SimpleCell", ", time_major=True", ", axis=0"),
             ("SimpleCell", ", time_major=True, reverse=True, keep_order=True", ", axis=0, backwards=True, ordered=True")]
    for index, (kind, option, twin) in enumerate(forms):
        major = "time_major" in option
        yield Recipe(f"nn.RNN(nn.{kind}({UNITS}){option})", (5, 4, 20) if major else (4, 5, 20), f"cells.rnn('{kind}', {{width}}, {UNITS}{twin})", axis=2,
                     draws=kernels(kind, 20, "cell/i*"), clauses=OPTION if index else OVER_TIME, versions=">=0.8.2", known={"batch_axis": 1} if major else {})
    yield Recipe(f"nn.Bidirectional(nn.RNN(nn.SimpleCell({UNITS})), nn.RNN(nn.SimpleCell(12)))", (4, 5, 20),
                 f"cells.bidirectional('SimpleCell', {{width}}, {UNITS}, 12)", axis=2, draws=kernels("SimpleCell", 20, "*/cell/i*"), clauses=OVER_TIME, versions=">=0.8.2")


# -- attention --------------------------------------------------------------------------------------------------------------


def projections(name: str, queries: int, memory: int, features: int, bias: bool = True) -> Dict[str, Initializer]:
    fans = {"query": queries, "key": memory, "value": memory, "out": features}
    found = {f"{part}/kernel": lecun_normal(fan, f"flax.linen.{name}, kernel_init") for part, fan in fans.items()}
    return {**found, "*/bias": zeros(f"flax.linen.{name}, bias_init")} if bias else found


def attention() -> Iterator[Recipe]:
    """Widths are multiples of the heads, but where the projections' features are declared."""
    multiples: Mapping[str, Any] = {"other_widths": (24, 8), "wrong_widths": (24, 8)}
    options = [("MultiHeadDotProductAttention", "", ""), ("MultiHeadAttention", "", ""), ("SelfAttention", "", ""),
               ("MultiHeadDotProductAttention", ", use_bias=False", ", bias=False"),
               ("MultiHeadDotProductAttention", ", qkv_features=16, out_features=7", ", features=16, out=7"),
               ("MultiHeadDotProductAttention", ", normalize_qk=True", ", normed=True")]
    for index, (name, option, twin) in enumerate(options):
        features, divided = 16 if "features" in option else QUERIES, {"conflict": Variant(parted(name))} if not index else {}
        yield Recipe(f"nn.{name}({HEADS}{option})", (2, 5, QUERIES), f"cells.attention('{name}', {{width}}, {HEADS}{twin})", axis=2,
                     draws=projections(name, QUERIES, QUERIES, features, "use_bias" not in option),
                     clauses=(*asked(name, option), *(["mismatch.declared_conflict"] if divided else []), *(TYPED if "norm" in option else [])),
                     versions=">=0.8.0" if "norm" in option or name == "MultiHeadAttention" else ">=0.7.5", known={} if "features" in option else {**multiples, **divided})
    yield Recipe(f"nn.MultiHeadDotProductAttention({HEADS}, qkv_features=16)", (2, 5, QUERIES),
                 f"cells.attention('MultiHeadDotProductAttention', {{width}}, {HEADS}, features=16, memory={MEMORY})", axis=2,
                 draws=projections("MultiHeadDotProductAttention", QUERIES, MEMORY, 16), clauses=OPTION, versions=">=0.7.5",
                 known={"input_shape": [(2, 5, QUERIES), (2, 7, MEMORY)]})


RECURRENT: List[Recipe] = [*cells(), *over_time(), *attention()]
