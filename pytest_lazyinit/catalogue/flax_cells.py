"""Eager twins of Flax linen's recurrent cells, of what runs them over time, and of attention."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Sequence, Tuple

import jax
from flax import linen as nn
from jax import numpy as jnp

from .flax_twins import Declared, affine, eager, flat, lecun, numbers, ones, orthogonal, zeros

sigmoid, tanh = jax.nn.sigmoid, jnp.tanh
STEP = ("carry", "inputs")


def within(of: Dict[str, Any], layer: str) -> Dict[str, Any]:
    """The parameters of an inner layer by their own names."""
    return {name[len(layer) + 1:]: value for name, value in of.items() if name.startswith(f"{layer}/")}


def layer(path: str, width: int, units: int, first: Callable, bias: Any = None) -> List[Declared]:
    return [(f"{path}/kernel", first, (width, units)), *([(f"{path}/bias", bias, (units,))] if bias else [])]


# -- cells: what they declare, and one step ---------------------------------------------------------------------------------


def simple(of, carry, x):
    found = tanh(affine(of, x, "i/") + affine(of, carry, "h/"))
    return found, found


def residual(of, carry, x):
    found = tanh(affine(of, x, "i/") + affine(of, carry, "h/") + carry)
    return found, found


def lstm(of, carry, x):
    c, h = carry
    gate = {name: affine(of, x, f"i{name}/") + affine(of, h, f"h{name}/") for name in "ifgo"}
    c = sigmoid(gate["f"]) * c + sigmoid(gate["i"]) * tanh(gate["g"])
    h = sigmoid(gate["o"]) * tanh(c)
    return (c, h), h


def gru(of, carry, x):
    r, z = (sigmoid(affine(of, x, f"i{name}/") + affine(of, carry, f"h{name}/")) for name in "rz")
    h = (1 - z) * tanh(affine(of, x, "in/") + r * affine(of, carry, "hn/")) + z * carry
    return h, h


def mgu(of, carry, x):
    f = sigmoid(affine(of, x, "if/") + affine(of, carry, "hf/"))
    h = (1 - f) * tanh(affine(of, x, "in/") + f * affine(of, carry, "hn/")) + f * carry
    return h, h


def mgu_without_reset(of, carry, x):
    f = sigmoid(affine(of, x, "if/") + affine(of, carry, "hf/"))
    h = (1 - f) * tanh(affine(of, x, "in/") + affine(of, carry, "hn/")) + f * carry
    return h, h


def parts(kind: str, width: int, units: int) -> Tuple[List[Declared], Callable]:
    """What a cell of a kind declares, and its step."""
    def both(gates: str, into: Any, over: Dict[str, Any]) -> List[Declared]:
        return [entry for name in gates for entry in (*layer(f"i{name}", width, units, lecun, into(name) if callable(into) else None),
                                                      *layer(f"h{name}", units, units, orthogonal, over.get(name)))]
    kinds = {
        "SimpleCell": lambda: ([*layer("i", width, units, lecun, zeros), *layer("h", units, units, orthogonal)], simple),
        "residual SimpleCell": lambda: ([*layer("i", width, units, lecun, zeros), *layer("h", units, units, orthogonal)], residual),
        "LSTMCell": lambda: (both("ifgo", None, dict.fromkeys("ifgo", zeros)), lstm),
        "OptimizedLSTMCell": lambda: (both("ifgo", None, dict.fromkeys("ifgo", zeros)), lstm),
        "GRUCell": lambda: (both("rzn", lambda name: zeros, {"n": zeros}), gru),
        "MGUCell": lambda: (both("fn", lambda name: ones if name == "f" else zeros, {"n": zeros}), mgu),
        "MGUCell without reset": lambda: (both("fn", lambda name: ones if name == "f" else zeros, {}), mgu_without_reset),
    }
    return kinds[kind]()


def cell(kind: str, width: int, units: int) -> nn.Module:
    declared, step = parts(kind, width, units)
    return eager(next(word for word in kind.split() if word.endswith("Cell")), step, declared, STEP)


def conv_lstm(width: int, units: int, kernel: tuple, bias: bool = True) -> nn.Module:
    def convolved(of, path, x):
        found = jax.lax.conv_general_dilated(x, of[f"{path}/kernel"], (1,) * len(kernel), "SAME", dimension_numbers=numbers(len(kernel)))
        return found + of.get(f"{path}/bias", 0)

    def step(of, carry, x):
        c, h = carry
        i, g, f, o = jnp.split(convolved(of, "ih", x) + convolved(of, "hh", h), 4, -1)
        c = sigmoid(f + 1) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)
        return (c, h), h
    declared = [entry for path, size in (("ih", width), ("hh", units))
                for entry in ((f"{path}/kernel", lecun, (*kernel, size, 4 * units)), bias and (f"{path}/bias", zeros, (4 * units,)))]
    return eager("ConvLSTMCell", step, declared, STEP)


# -- over time ------------------------------------------------------------------------------------------------------------


def start(kind: str, units: int, rows: tuple) -> Any:
    zero = jnp.zeros((*rows, units))
    return (zero, zero) if "LSTM" in kind else zero


def over_time(kind: str, units: int, step: Callable, of: Dict[str, Any], x: Any, axis: int = -2, backwards: bool = False) -> Tuple[Any, Any]:
    steps = list(jnp.moveaxis(x, axis, 0))
    carry, found = start(kind, units, steps[0].shape[:-1]), []
    for part in reversed(steps) if backwards else steps:
        carry, output = step(of, carry, part)
        found.append(output)
    return carry, jnp.stack(found, axis)


def rnn(kind: str, width: int, units: int, axis: int = -2, backwards: bool = False, carried: bool = False,
        ordered: bool = False) -> nn.Module:
    declared, step = parts(kind, width, units)

    def formula(of, x):
        carry, found = over_time(kind, units, step, within(of, "cell"), x, axis, backwards)
        found = jnp.flip(found, axis) if ordered else found
        return (carry, found) if carried else found
    return eager("RNN", formula, [(f"cell/{path}", first, shape) for path, first, shape in declared])


def bidirectional(kind: str, width: int, units: int, other: int) -> nn.Module:
    """Both directions side by side; the backward one is put back into order."""
    sides = {"forward_rnn": (units, False), "backward_rnn": (other, True)}

    def formula(of, x):
        found = []
        for name, (size, backwards) in sides.items():
            output = over_time(kind, size, parts(kind, width, size)[1], within(of, f"{name}/cell"), x, backwards=backwards)[1]
            found.append(jnp.flip(output, -2) if backwards else output)
        return jnp.concatenate(found, -1)
    return eager("Bidirectional", formula, [(f"{name}/cell/{path}", first, shape) for name, (size, _) in sides.items()
                                            for path, first, shape in parts(kind, width, size)[0]])


# -- attention --------------------------------------------------------------------------------------------------------------


def attention(name: str, width: int, heads: int, features: int = 0, out: int = 0, memory: int = 0, bias: bool = True, normed: bool = False) -> nn.Module:
    """``features`` of queries and keys and ``out`` of the output are the queries' width by default, and so is that of the ``memory``."""
    size, out = (features or width) // heads, out or width
    shape: Sequence[int] = (heads, size)
    declared: List[Any] = []
    for part, wide in (("query", width), ("key", memory or width), ("value", memory or width)):
        declared += [(f"{part}/kernel", flat(wide, (wide, *shape)), (wide, *shape)), bias and (f"{part}/bias", zeros, tuple(shape))]
    declared += [(f"{part}_ln/scale", ones, (size,)) for part in ("query", "key") if normed]
    declared += [("out/kernel", flat(heads * size, (heads, size, out)), (heads, size, out)), bias and ("out/bias", zeros, (out,))]

    def projected(of, part, x):
        found = affine(of, x, f"{part}/")
        if f"{part}_ln/scale" not in of:
            return found
        found = found - found.mean(-1, keepdims=True)
        return found / jnp.sqrt((found ** 2).mean(-1, keepdims=True) + 1e-6) * of[f"{part}_ln/scale"]

    def formula(of, x, keys=None, values=None):
        keys = x if keys is None else keys
        values = keys if values is None else values
        query, key, value = (projected(of, part, given) for part, given in (("query", x), ("key", keys), ("value", values)))
        weights = jax.nn.softmax(jnp.einsum("...qhd,...khd->...hqk", query, key) / math.sqrt(size))
        found = jnp.einsum("...hqk,...khd->...qhd", weights, value)
        return jnp.einsum("...hd,hdo->...o", found, of["out/kernel"]) + of.get("out/bias", 0)
    return eager(name, formula, declared)
