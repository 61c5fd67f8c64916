"""Every lazily shaped layer of MXNet Gluon, with the options that touch its parameters; recurrent ones are in `mxnet_recurrent`."""

from __future__ import annotations

import inspect
import math
import re
import types
from dataclasses import replace
from typing import Any, Dict, Iterator, List, Mapping, Tuple

import numpy as np

from ..frameworks import mxnet_facts as facts
from ..frameworks.words import Initializer
from . import mxnet_recurrent as recurrent
from .mxnet_recipes import CHANNELS, FEATURES, OPTION, UNITS, Layer, chain, compiled, statistics, weights
from .recipes import asked_of, uniform

FRAMEWORK = "mxnet"
SIZES = {1: (9,), 2: (9, 8), 3: (7, 6, 5)}
# An input channel count that groups divide, and that is no other size of an example.
GROUPED = 4
# What a layer is built with to see whether a shape stays open, by the names of its required arguments.
REQUIRED = {"units": UNITS, "channels": UNITS, "kernel_size": 3, "hidden_size": UNITS, "hidden_channels": UNITS, "projection_size": 5, "i2h_kernel": 3,
            "h2h_kernel": 3, "input_dim": 6, "output_dim": UNITS, "rate": 0.5, "alpha": 0.5, "activation": "relu", "factor": 2, "function": "relu"}
XAVIER = "mx.init.Xavier(factor_type='in', magnitude=2)"
# Layers that leave shapes open and are none to be checked by themselves.
NOT_LAZY = {"ModifierCell": "The base class of cells that wrap another one; it has no forward pass of its own."}


def names() -> Mapping[str, Any]:
    """What the code of a recipe may name: ``mx``, every layer, and what puts layers together."""
    import mxnet
    return {"mx": mxnet, "stacked": recurrent.stacked, "carried": recurrent.carried, "chain": chain, "compiled": compiled, **blocks()}


def blocks() -> Dict[str, type]:
    """The blocks that this version exports for building networks, in gluon.nn, gluon.rnn and, in MXNet 1, gluon.contrib."""
    from mxnet import gluon
    further = [module for module in vars(getattr(gluon, "contrib", None) or types).values() if isinstance(module, types.ModuleType)]
    return {name: kind for module in (*further, gluon.rnn, gluon.nn) for name, kind in vars(module).items()
            if isinstance(kind, type) and issubclass(kind, gluon.Block) and not name.startswith("_")}


def exported() -> List[str]:
    """The lazily shaped layers that this version exports."""
    return sorted(name for name, kind in blocks().items() if name not in NOT_LAZY and leaves_open(kind))


def leaves_open(kind: type) -> bool:
    """Whether a layer that is told nothing of its input has a parameter with an unknown dimension.

    One that cannot be built from `REQUIRED` counts, until a recipe or `NOT_LAZY` says what it is.
    """
    try:
        made = kind(**required(kind))
    except Exception:
        return True
    return any(facts.unknown(parameter) for parameter in facts.named(made).values())


def required(kind: type) -> Dict[str, Any]:
    """Values for the arguments without a default."""
    dims = int((re.findall(r"(\d)D", kind.__name__) or "1")[0])
    given = {**REQUIRED, "input_shape": (CHANNELS, *SIZES[dims])}
    wanted = [name for name, argument in inspect.signature(kind).parameters.items()
              if argument.default is argument.empty and argument.kind is argument.POSITIONAL_OR_KEYWORD]
    return {name: blocks()["RNNCell"](UNITS) if name.endswith("cell") else given[name] for name in wanted}


def dense() -> Iterator[Layer]:
    for option in ("", "use_bias=False", "activation='relu'", "dtype='float64'", f"weight_initializer={XAVIER}"):
        code = ", ".join(filter(None, [f"Dense({UNITS}", option]))
        draws = {**weights("nn.Dense", option), **({"weight": xavier(FEATURES, "nn.Dense")} if "Xavier" in option else {})}
        yield Layer(f"{code})", (4, FEATURES), f"{code}, in_units={{width}})", draws=draws,
                    clauses=asked_of(option, OPTION), known={"dtype": "float64"} if "float64" in option else {}, classic="float64" in option)
    # By itself and of NumPy arrays MXNet 1 cannot load it, lazy or eager.
    bare = f"Dense({UNITS}, bias_initializer='zeros'"
    yield Layer(f"{bare})", (4, FEATURES), f"{bare}, in_units={{width}})", draws=weights("nn.Dense", ""), classic=True, documented=True,
                clauses=("before.constructs", "after.distribution", "state.*"))
    # Flattened, the input's features are the product of all axes but the first; else they are the last one.
    yield Layer(f"Dense({UNITS}, flatten=False)", (4, 3, FEATURES), f"Dense({UNITS}, flatten=False, in_units={{width}})", axis=2,
                draws=weights("nn.Dense", ""), clauses=(*OPTION, "varying.leading_dimensions"))
    yield Layer(f"Dense({UNITS}, flatten=True)", (4, 3, FEATURES), f"Dense({UNITS}, in_units={3 * FEATURES})", draws=weights("nn.Dense", ""), clauses=OPTION, alone=True)


def xavier(fan: int, layer: str) -> Initializer:
    """What ``Xavier`` documents: uniform within ``sqrt(magnitude / fan)``, the fan being the number of nodes that feed one."""
    return uniform(math.sqrt(2 / fan), f"mxnet.initializer.Xavier, in mxnet.gluon.{layer}")


def convolutions(dims: int, transposed: bool) -> Iterator[Layer]:
    """Convolutions and transposed ones, which share their code over all dimensions: the plane has every option, the others those that change shapes."""
    kind, kernel = f"Conv{dims}D{'Transpose' if transposed else ''}", 3 ** dims
    options = ["", "use_bias=False", "groups=2", "strides=2"]
    if dims == 2:
        options += ["activation='relu'", "dilation=2", f"weight_initializer={XAVIER}"]
        options += ["strides=2, padding=1, output_padding=1"] if transposed else ["padding=1"]
    for option in options:
        channels = GROUPED if "groups" in option else CHANNELS
        draws = {**weights(f"nn.{kind}", option), **({"weight": xavier(channels * kernel, f"nn.{kind}")} if "Xavier" in option else {})}
        # Its width must be a multiple of the groups.
        known = {"other_widths": (8, 6), "wrong_widths": (8, 2)} if "groups" in option else {}
        code = ", ".join(filter(None, [f"{kind}({UNITS}, 3", option]))
        # With groups and without channels a transposed one cannot even be made for classic arrays, of which chains are.
        yield Layer(f"{code})", (2, channels, *SIZES[dims]), f"{code}, in_channels={{width}})", draws=draws, versions=">=1.9" if transposed and dims == 3 else ">=1.6",
                    clauses=asked_of(option, OPTION), known=known, alone=transposed and "groups" in option)


# BatchNorm accepts every width, and where it fixes its scales it writes to memory behind them for a larger one: the widths tried are smaller.
SMALLER = {"other_widths": (7,), "wrong_widths": (7, 5, 1)}


def normalizations() -> Iterator[Layer]:
    running = ("gamma", "beta", "running_mean", "running_var")
    for option, shape, axis in (("", (4, 10), 1), ("axis=-1", (4, 9, 10), 2), ("center=False", (4, 10, 9), 1), ("scale=False", (4, 10, 9), 1),
                                ("use_global_stats=True", (4, 10, 9), 1)):
        yield normalization("nn.BatchNorm", option, shape, axis, running, known=SMALLER, alone=True)
    for option, axis, shape in (("", 1, (4, 10, 9, 8)), ("scale=False", 1, (4, 10, 9, 8))):
        yield normalization("nn.BatchNormReLU", option, shape, axis, running, versions=">=1.8", known=SMALLER, alone=True)
    for option, shape, axis in (("", (4, 9, 10), 2), ("axis=1", (4, 10, 9), 1), ("center=False", (4, 9, 10), 2), ("scale=False", (4, 9, 10), 2)):
        yield normalization("nn.LayerNorm", option, shape, axis, running[:2])
    for option, shape, axis in (("", (4, 10, 9), 1), ("scale=True", (4, 10, 9), 1), ("scale=True, center=False", (4, 10, 9), 1)):
        yield normalization("nn.InstanceNorm", option, shape, axis, running[:2], classic=True)
    yield replace(normalization("nn.InstanceNorm", "axis=2", (4, 9, 10), 2, running[:2], known={"reference": instance_norm}, classic=True),
                  clauses=(*OPTION, "after.output"), versions="<2.0")  # 2.0 cannot reshape its input
    for option in ("", "num_groups=2", "center=False", "scale=False"):
        known = {"other_widths": (12,), "wrong_widths": (12, 8)} if "groups" in option else {}
        yield normalization("nn.GroupNorm", option, (4, 10, 9), 1, running[:2], versions=">=2.0", known=known)
    for option in ("num_devices=1", "num_devices=1, center=False"):
        yield normalization("contrib.nn.SyncBatchNorm", option, (4, 10, 9, 8), 1, running, classic=True)


def instance_norm(values: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """``InstanceNorm(axis=2)`` in NumPy: each channel of each example over the axis between; a scale that is not learned is one."""
    return (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5) * values["gamma"] + values["beta"]


def normalization(layer: str, option: str, shape: tuple, axis: int, parameters: Tuple[str, ...], **further: Any) -> Layer:
    name = layer.rpartition(".")[-1]
    plain = option in ("", "num_devices=1")
    return Layer(f"{name}({option})", shape, f"{name}({option}{', ' if option else ''}in_channels={{width}})", axis,
                 statistics(layer, *parameters), ("*",) if plain else OPTION, **further)


def further() -> Iterator[Layer]:
    """Deformable convolutions, whose offsets are computed by a lazy convolution of their own, and what wraps a graph."""
    for kind in ("DeformableConvolution", "ModulatedDeformableConvolution"):
        for option in ("", "use_bias=False", "groups=2, num_deformable_group=2", "offset_use_bias=False"):
            channels = GROUPED if "groups" in option else CHANNELS
            code = ", ".join(filter(None, [f"{kind}({UNITS}, (3, 3)", option]))
            known = {"other_widths": (8, 6), "wrong_widths": (8, 2)} if "groups" in option else {}
            yield Layer(f"{code})", (2, channels, *SIZES[2]), f"{code}, in_channels={{width}})", classic=True, known=known,
                        clauses=OPTION if option else ("*",), versions=">=1.7,<2.0" if kind.startswith("M") else ">=1.6",
                        alone=True)  # its two convolutions draw in an order of their own
    # Compiled before the first pass, which then infers for all layers at once.
    yield Layer(f"compiled(chain(Dense({UNITS}), Dense(7)))", (4, FEATURES),
                f"compiled(chain(Dense({UNITS}, in_units={{width}}), Dense(7, in_units={UNITS})))", classic=True, layer="Dense", alone=True,
                clauses=("before.constructs", "after.shapes", "after.gradients", "mismatch.*", "varying.batch_sizes", "varying.rebind_by_framework", "state.load_*"))
    graph = "mx.sym.FullyConnected(mx.sym.var('data'), num_hidden=12, name='dense')"
    yield Layer(f"SymbolBlock({graph}, mx.sym.var('data'))", (4, FEATURES), classic=True, versions="<2.0",
                known={"shapes": {"*weight": (UNITS, FEATURES), "*bias": (UNITS,)}})
    # Its statistics are drawn like weights, a variance too, and where that is below zero nothing can be told of outputs.
    yield Layer(f"SymbolBlock(mx.sym.BatchNorm({graph}, name='norm'), mx.sym.var('data'))", (4, FEATURES), classic=True, versions="<2.0",
                clauses=("before.constructs", "before.uninitialized", "after.shapes", "after.gradients"),
                known={"shapes": {"dense_weight": (UNITS, FEATURES), "*bias": (UNITS,), "norm*": (UNITS,)}})


RECIPES: List[Layer] = [
    *dense(),
    *(recipe for transposed in (False, True) for dims in SIZES for recipe in convolutions(dims, transposed)),
    *normalizations(),
    *further(),
    *recurrent.layers(),
    *recurrent.carrying(),
    *recurrent.cells(),
]

# -- random chains: what holds the layers, whether there are eager twins, and layers without parameters by rank --------------
CHAIN, TWINS = "chain({})", True
BETWEEN: List[Layer] = [
    *(Layer("Activation('relu')", (4, 10, *size)) for size in ((), *SIZES.values())),
    Layer("MaxPool2D(2)", (4, 10, *SIZES[2])),
    *(Layer("Flatten()", (4, 10, *size)) for size in SIZES.values()),
]
