"""Recipes of Keras' convolutions: plain, transposed, by channel, separable, and with a kernel for each place."""

from __future__ import annotations

from math import prod
from typing import Any, Dict, Iterator, List, Sequence

from .recipes import DECIDED, Recipe, asked_of, glorot_uniform, zeros

FILTERS, CHANNELS, KERNEL = 96, 4, 3
SIZES = {1: (9,), 2: (9, 8), 3: (7, 6, 5)}
MULTIPLIER, MANY = 2, 16


def convolutions(dims: int, transposed: bool) -> Iterator[Recipe]:
    """Convolutions and transposed ones, whose kernel has its last two axes the other way round."""
    kind, field = f"Conv{dims}D{'Transpose' if transposed else ''}", KERNEL ** dims
    options = ["", "use_bias=False", "strides=2", "padding='same'"]
    options += (["strides=2, output_padding=1"] if transposed else ["dilation_rate=2", "groups=2"]) + (["dtype='float64'"] if dims == 1 else [])
    options += ["padding='causal'"] if kind == "Conv1D" else []
    for option in options:
        groups = 2 if "groups" in option else 1
        inputs = CHANNELS // groups
        kernel = (KERNEL,) * dims + ((FILTERS, inputs) if transposed else (inputs, FILTERS))
        # Each group is a convolution of its own: as many inputs as it has channels, as many outputs as it has filters.
        yield convolution(kind, f"{FILTERS}, {KERNEL}", option, [kernel], {"kernel": (field * inputs, field * FILTERS // groups)}, FILTERS,
                          {"other_widths": (8, 6), "wrong_widths": (8, 2)} if groups > 1 else {})


def by_channel(dims: int) -> Iterator[Recipe]:
    """Depthwise convolutions: an output sees one channel, whatever their number."""
    field = KERNEL ** dims
    for option in ("", "use_bias=False", "strides=2", "padding='same'", "dilation_rate=2"):
        kernel = (KERNEL,) * dims + (MANY, MULTIPLIER)
        yield convolution(f"DepthwiseConv{dims}D", f"{KERNEL}, depth_multiplier={MULTIPLIER}", option, [kernel],
                          {"*kernel": (field, field * MULTIPLIER)}, MANY * MULTIPLIER, {}, MANY)


def separable(dims: int) -> Iterator[Recipe]:
    field = KERNEL ** dims
    for option in ("", "use_bias=False", "strides=2", "padding='same'"):
        kernels = [(KERNEL,) * dims + (MANY, MULTIPLIER), (1,) * dims + (MANY * MULTIPLIER, FILTERS)]
        yield convolution(f"SeparableConv{dims}D", f"{FILTERS}, {KERNEL}, depth_multiplier={MULTIPLIER}", option, kernels,
                          {"*depthwise_kernel": (field, field * MULTIPLIER), "*pointwise_kernel": (MANY * MULTIPLIER, FILTERS)}, FILTERS, {}, MANY)


def convolution(kind: str, arguments: str, option: str, kernels: Sequence[tuple], fans: Dict[str, tuple], outputs: int,
                known: Dict[str, Any], channels: int = CHANNELS) -> Recipe:
    sizes = SIZES[int(kind.partition("D")[0][-1]) if kind[0] != "D" else int(kind[-2])]
    code = f"layers.{kind}({arguments}{', ' if option else ''}{option})"
    source = f"tf.keras.layers.{kind}, arguments"
    biased = "use_bias=False" not in option
    draws = {name: glorot_uniform(*fan, source) for name, fan in fans.items()}
    draws.update({"bias": zeros(source)} if biased else {})
    known = {**known, "shapes": [*kernels, (outputs,)] if biased else list(kernels), **({"dtype": "float64"} if "float64" in option else {})}
    shape = (2, *sizes, channels)
    # TensorFlow 2.8 has no gradients of grouped convolutions on CPUs, and in three dimensions no grouped convolutions.
    versions = ">=2.11" if "groups" in option else ">=2.8"
    return Recipe(code, shape, f"built({code}, ({', '.join(map(str, (None, *sizes)))}, {{width}}))", axis=-1, draws=draws,
                  clauses=asked_of(option, DECIDED), known=known, versions=versions, sizes=[(2, *(size + more for size in sizes), channels) for more in (-1, 2)])


def stacked(dims: int) -> Iterator[Recipe]:
    """A model that is built by its first input and takes other sizes afterwards."""
    code, sizes = f"layers.Conv{dims}D({FILTERS}, {KERNEL})", SIZES[dims]
    yield Recipe(f"chain({code})", (2, *sizes, CHANNELS), axis=-1, alone=True, clauses=("before.constructs", "after.shapes", "varying.*"),
                 known={"shapes": [(KERNEL,) * dims + (CHANNELS, FILTERS), (FILTERS,)]}, sizes=[(2, *(size + 2 for size in sizes), CHANNELS)])


def local(dims: int) -> Iterator[Recipe]:
    """A kernel and a bias for each place of the output, so that every size of the input counts; the kernels stand one after the other."""
    sizes, filters = SIZES[dims], 24
    places = tuple(size - KERNEL + 1 for size in sizes)
    inputs = KERNEL ** dims * CHANNELS
    source = f"tf.keras.layers.LocallyConnected{dims}D, arguments"
    for option in ("", ", use_bias=False"):
        code = f"layers.LocallyConnected{dims}D({filters}, {KERNEL}{option})"
        biased = not option
        yield Recipe(code, (2, *sizes, CHANNELS), f"built({code}, ({', '.join(map(str, (None, *sizes)))}, {{width}}))", axis=-1,
                     draws={"kernel": glorot_uniform(inputs, filters, source), **({"bias": zeros(source)} if biased else {})},
                     clauses=DECIDED if option else ("*",), versions=">=2.8,<2.16",
                     known={"shapes": [(prod(places), inputs, filters), (*places, filters)][:2 if biased else 1]})


RECIPES: List[Recipe] = [
    *(recipe for transposed in (False, True) for dims in SIZES for recipe in convolutions(dims, transposed)),
    *stacked(2),
    *(recipe for dims in (1, 2) for kind in (by_channel, separable, local) for recipe in kind(dims)),
]
