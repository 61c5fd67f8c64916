"""Every layer of Flax linen whose parameters follow its input, with the options that touch them.

Linen layers take no input dimension; the eager twins declare whole shapes (`flax_twins`, `flax_cells`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from ..frameworks.words import Initializer
from ..subjects import Variant
from .flax_clauses import OPTION, PLAIN, asked
from .recipes import Code, Recipe, lecun_normal, ones, zeros

FRAMEWORK = "flax"
UNITS, WIDTH = 96, 3  # units enough that the spread of a kernel is told from that of another fan
# An input size that heads and groups divide, and that is no other size of an example.
GROUPED = 12
SIZES = {1: (9,), 2: (9, 8), 3: (7, 6, 5)}

# Modules that are no layers, and layers whose parameters no input decides. A test looks at those that can be built.
NOT_LAZY = {
    "Module": "the base class of all modules",
    "RNNCellBase": "the base class of the cells",
    "Dropout": "no parameters",
    "Embed": "num_embeddings and features are fields",
    "Einsum": "the shape of its kernel is a field, and its bias takes axes of the kernel alone",
    "PReLU": "one slope, whatever the input",
    "Fp8DotGeneralOp": "an operation with scales and histories of declared lengths",
    "Fp8DotGeneral": "an operation with scales and histories of declared lengths",
    "Fp8DirectDotGeneralOp": "an operation with scales and histories of declared lengths",
    "Fp8Einsum": "an operation with scales and histories of declared lengths",
    "NANOOFp8DotGeneralOp": "an operation with scales and histories of declared lengths",
}


def names() -> Mapping[str, Any]:
    """What the code of a recipe may name."""
    import jax
    from flax import linen as nn
    from jax import numpy as jnp
    from . import flax_bridge, flax_cells, flax_twins
    return {"nn": nn, "jax": jax, "jnp": jnp, "twins": flax_twins, "cells": flax_cells, "bridge": flax_bridge, "flatten": lambda x: x.reshape(x.shape[0], -1)}


def modules() -> List[str]:
    """The modules that this version exports."""
    from flax import linen as nn
    return sorted(name for name, found in vars(nn).items() if isinstance(found, type) and issubclass(found, nn.Module))


def exported() -> List[str]:
    """The layers that this version exports and whose parameters follow the input; what nobody has told apart is one of them."""
    return [name for name in modules() if name not in NOT_LAZY]


def drawn(layer: str, fan: int, options: str = "", weight: str = "kernel") -> Dict[str, Initializer]:
    """LeCun's normal for the kernel, zeros for the bias where there is one."""
    found = {weight: lecun_normal(fan, f"flax.linen.{layer}, kernel_init")}
    return found if "use_bias=False" in options else {**found, "bias": zeros(f"flax.linen.{layer}, bias_init")}


# -- linear ---------------------------------------------------------------------------------------------------------------


def linear() -> Iterator[Recipe]:
    for option, twin in (("", ""), (", use_bias=False", ", False")):
        # Without a bias nothing but the kernel says the number of units.
        known: Dict[str, Any] = {"other_units": Variant(Code(f"nn.Dense({UNITS + 1}{option})", names))} if option else {}
        yield Recipe(f"nn.Dense({UNITS}{option})", (4, 20), f"twins.dense({{width}}, {UNITS}{twin})", draws=drawn("Dense", 20, option), known=known,
                     clauses=(*asked("Dense", option), "mismatch.state_rejected", "transform.wrappers") if option else asked("Dense"))
    # Few units: halves hold few distinct values. XLA of the JAX before 0.8's ends the process when it compiles a product of halves.
    yield Recipe("nn.Dense(5, param_dtype=jnp.float16)", (4, 20), draws=drawn("Dense", 20), clauses=OPTION, versions=">=0.8",
                 known={"shapes": {"kernel": (20, 5), "bias": (5,)}})
    yield Recipe("nn.GeGLU()", (4, 20), "twins.gated({width}, {width})", versions=">=0.8.1,<0.10.1", clauses=PLAIN,
                 draws={f"Dense_0/{name}": found for name, found in drawn("Dense", 20).items()})
    yield Recipe("nn.GeGLU(48)", (4, 20), "twins.gated({width}, 48)", versions=">=0.8.1,<0.10.1", clauses=OPTION)


def general() -> Iterator[Recipe]:
    """``DenseGeneral``: several features, several contracted axes, batched kernels, whose fan is what one output sees."""
    yield Recipe(f"nn.DenseGeneral({UNITS})", (4, 20), f"twins.dense_general('...i,io->...o', ({{width}}, {UNITS}), {{width}}, ({UNITS},))",
                 draws=drawn("DenseGeneral", 20), clauses=asked("DenseGeneral"))
    yield Recipe("nn.DenseGeneral((12, 8))", (4, 20), "twins.dense_general('...i,iop->...op', ({width}, 12, 8), {width}, (12, 8))",
                 draws=drawn("DenseGeneral", 20), clauses=OPTION)
    yield Recipe(f"nn.DenseGeneral({UNITS}, axis=(-2, -1))", (4, 5, 20),
                 f"twins.dense_general('...hi,hio->...o', (5, {{width}}, {UNITS}), 5 * {{width}}, ({UNITS},))", axis=2,
                 draws=drawn("DenseGeneral", 100), clauses=OPTION, alone=True)  # its twin declares two sizes
    yield Recipe(f"nn.DenseGeneral({UNITS}, axis=1)", (4, 20, 5), f"twins.dense_general('bij,io->bjo', ({{width}}, {UNITS}), {{width}}, ({UNITS},))",
                 draws=drawn("DenseGeneral", 20), clauses=OPTION)
    yield Recipe(f"nn.DenseGeneral({UNITS}, batch_dims=(0,))", (4, 5, 20),
                 f"twins.dense_general('nji,nio->njo', (4, {{width}}, {UNITS}), 4 * {{width}}, (4, {UNITS}), (4, 1, {UNITS}))", axis=2,
                 draws=drawn("DenseGeneral", 20), clauses=OPTION, known={"batch_axis": None})


def declared(code: str) -> Variant:
    """What declares a number that contradicts the example's width."""
    return Variant(Code(code, names))


# -- convolutions -----------------------------------------------------------------------------------------------------------


def convolutions(dims: int) -> Iterator[Recipe]:
    kernel, spatial = (3,) * dims, SIZES[dims]
    options = {"": "", ", use_bias=False": ", bias=False", ", strides=2": ", strides=2", ", padding='VALID'": ", padding='VALID'"}
    if dims == 1:
        options.update({", padding='CAUSAL'": ", padding=[(2, 0)]", ", padding='CIRCULAR'": ", wrap=True", ", padding=1": ", padding=[(1, 1)]",
                        ", kernel_dilation=2": ", dilation=2", ", padding=1, input_dilation=2": ", padding=[(1, 1)], spread=2", ", feature_group_count=2": ", groups=2",
                        ", padding='CAUSAL', kernel_dilation=2": ", padding=[(4, 0)], dilation=2", ", padding='CIRCULAR', kernel_dilation=2": ", wrap=True, dilation=2"})
    for option, twin in options.items():
        groups = 2 if "group" in option else 1
        channels = GROUPED if groups > 1 else WIDTH
        # A width is a multiple of the groups.
        known: Dict[str, Any] = {"other_widths": (24, 14), "wrong_widths": (24, 14, 6), "conflict": declared(f"nn.Conv({UNITS}, {kernel}, feature_group_count=5)")
                                 } if groups > 1 else {}
        more = ["mismatch.declared_conflict"] if groups > 1 else []
        if dims == 2 and option in ("", ", strides=2"):  # what is padded to the same size follows the image's
            known, more = {"resolutions": Variant(Code(f"nn.Conv({UNITS}, {kernel}{option})", names), input_shapes=[(2, 10, 7, channels)])}, ["varying.resolutions"]
        yield Recipe(f"nn.Conv({UNITS}, {kernel}{option})", (2, *spatial, channels), f"twins.conv({{width}}, {UNITS}, {kernel}{twin})", axis=dims + 1,
                     draws=drawn("Conv", 3 ** dims * channels // groups, option), clauses=(*asked("Conv", option or dims > 1), *more), known=known)


def transposed(dims: int) -> Iterator[Recipe]:
    kernel, options = (3,) * dims, {"": "", ", use_bias=False": ", bias=False", f", strides=({', '.join('2' * dims)},)": ", strides=2"}
    if dims == 1:
        options.update({", padding='VALID'": ", padding='VALID'", ", kernel_dilation=(2,)": ", dilation=2", ", transpose_kernel=True": ", transposed=True"})
    for option, twin in options.items():
        yield Recipe(f"nn.ConvTranspose({UNITS}, {kernel}{option})", (2, *SIZES[dims], WIDTH),
                     f"twins.conv_transpose({{width}}, {UNITS}, {kernel}{twin})", axis=dims + 1,
                     draws=drawn("ConvTranspose", 3 ** dims * WIDTH, option), clauses=asked("ConvTranspose", option or dims > 1))


def local() -> Iterator[Recipe]:
    """Each place of the image has a kernel of its own, whose fan is what one output sees."""
    for option, twin in (("", ""), (", use_bias=False", ", bias=False")):
        yield Recipe(f"nn.ConvLocal(8, (3,){option})", (2, 9, WIDTH), f"twins.conv_local({{width}}, 8, (3,), (9,){twin})", axis=2,
                     draws=drawn("ConvLocal", 3 * WIDTH, option), clauses=asked("ConvLocal", option), alone=True)  # its twin declares all places
    yield Recipe("nn.ConvLocal(4, (3, 3))", (2, 9, 8, WIDTH), "twins.conv_local({width}, 4, (3, 3), (9, 8))", axis=3,
                 draws=drawn("ConvLocal", 9 * WIDTH), clauses=OPTION, alone=True)


# -- normalizations -----------------------------------------------------------------------------------------------------------


def affine(layer: str, options: str = "", bias: bool = True) -> Dict[str, Initializer]:
    found = {"scale": ones(f"flax.linen.{layer}, scale_init"), **({"bias": zeros(f"flax.linen.{layer}, bias_init")} if bias else {})}
    return {name: first for name, first in found.items() if f"use_{name}=False" not in options}


def batch_statistics() -> Iterator[Recipe]:
    forms = [("", ""), ("momentum=0.5", ", momentum=0.5"), ("use_scale=False", ", scale=False"), ("use_bias=False", ", bias=False"), ("axis=1", ", axis=1")]
    for index, (option, twin) in enumerate(forms):
        axis = 1 if "axis" in option else 2
        yield Recipe(f"nn.BatchNorm({option})", (4, 6, 20) if axis == 2 else (4, 20, 6), f"twins.batch_norm({{width}}{twin})", axis=axis,
                     draws=affine("BatchNorm", option), clauses=asked("BatchNorm", index), known={"train": "!.use_running_average"})


def normalizations() -> Iterator[Recipe]:
    width = "({width},)"
    forms = [
        ("LayerNorm", "", f"{width}, twins.last", (4, 6, 20)), ("LayerNorm", "use_bias=False", f"{width}, twins.last, bias=False", (4, 6, 20)),
        ("LayerNorm", "use_scale=False", f"{width}, twins.last, scale=False", (4, 6, 20)),
        ("LayerNorm", "reduction_axes=(1, 2), feature_axes=(1, 2)", "(6, {width}), lambda rank: (1, 2)", (4, 6, 20)),
        ("RMSNorm", "", f"{width}, twins.last, bias=False, centred=False", (4, 6, 20)),
        ("GroupNorm", "num_groups=4", f"{width}, twins.grouped, groups=4", (2, 6, GROUPED)),
        ("GroupNorm", "num_groups=None, group_size=4", f"{width}, twins.grouped, groups={{width}} // 4", (2, 6, GROUPED)),
        ("GroupNorm", "num_groups=4, use_bias=False", f"{width}, twins.grouped, groups=4, bias=False", (2, 6, GROUPED)),
        ("InstanceNorm", "", f"{width}, twins.places", (4, 6, 20)), ("InstanceNorm", "use_scale=False", f"{width}, twins.places, scale=False", (4, 6, 20)),
    ]
    since = {"RMSNorm": ">=0.6.6", "InstanceNorm": ">=0.8.1"}
    met: List[str] = []
    for layer, option, twin, shape in forms:
        # A width is a multiple of the groups.
        known: Dict[str, Any] = {"other_widths": (24, 8), "wrong_widths": (24, 8), "conflict": declared(f"nn.GroupNorm({option.replace('=4', '=5')})")
                                 } if layer == "GroupNorm" else {}
        yield Recipe(f"nn.{layer}({option})", shape, f"twins.norm('{layer}', {twin})", axis=2, draws=affine(layer, option, layer != "RMSNorm"),
                     clauses=(*asked(layer, layer in met), *(["mismatch.declared_conflict"] if known else [])), known=known, versions=since.get(layer, ">=0"), alone="reduction_axes" in option)
        met.append(layer)


def reparametrized() -> Iterator[Recipe]:
    """What normalizes the parameters of the layer that it is given."""
    inner = {f"{name}/{part}": found for name in ("layer_instance",) for part, found in drawn("Dense", 20).items()}
    stats = {"batch_stats/layer_instance/kernel/u": (1, UNITS), "batch_stats/layer_instance/kernel/sigma": ()}
    yield Recipe(f"nn.SpectralNorm(nn.Dense({UNITS}))", (4, 20), draws=inner, clauses=PLAIN, versions=">=0.7.5",
                 known={"shapes": {"layer_instance/kernel": (20, UNITS), "layer_instance/bias": (UNITS,), **stats}, "train": "update_stats"})
    for index, option in enumerate(("", ", use_scale=False", ", variable_filter=None", ", feature_axes=None")):
        scales = {} if index == 1 else {"layer_instance/kernel/scale": () if index == 3 else (UNITS,)}
        scales.update({"layer_instance/bias/scale": (UNITS,)} if index == 2 else {})
        yield Recipe(f"nn.WeightNorm(nn.Dense({UNITS}){option})", (4, 20), draws={**inner, **dict.fromkeys(scales, ones("flax.linen.WeightNorm, scale_init"))},
                     clauses=asked("WeightNorm", option), versions=">=0.7.5", known={"shapes": {"layer_instance/kernel": (20, UNITS), "layer_instance/bias": (UNITS,), **scales}})


def sequences() -> Iterator[Recipe]:
    sizes = [20, *range(20, 8, -1)]  # twelve layers, so that names in the order of text are in another order
    yield Recipe(f"nn.Sequential([{', '.join(f'nn.Dense({size})' for size in sizes[1:])}])", (4, 20), clauses=OPTION,
                 twin=f"nn.Sequential([twins.dense({{width}}, 20), {', '.join(f'twins.dense({one}, {two})' for one, two in zip(sizes[1:], sizes[2:]))}])")
    yield Recipe(f"nn.Sequential([nn.Dense({UNITS}), nn.relu, nn.Dense(7)])", (4, 20), clauses=PLAIN, twin=f"nn.Sequential([twins.dense({{width}}, {UNITS}), nn.relu, twins.dense({UNITS}, 7)])",
                 draws={"layers_0/kernel": lecun_normal(20, "flax.linen.Dense, kernel_init"), "layers_2/kernel": lecun_normal(UNITS, "flax.linen.Dense, kernel_init")})


from . import flax_bridge  # noqa: E402
from .flax_recurrent import RECURRENT  # noqa: E402



def compared(recipe: Recipe) -> Recipe:
    """A recipe whose outputs are compared with the formula of its twin, given the layer's parameters."""
    def reference(values, *arrays):
        from . import flax_twins
        twin = Code(str(recipe.twin).replace("{width}", str(recipe.shape[recipe.axis])), names)()
        return flax_twins.computed(twin, values, arrays, "inputs" in recipe.known)
    return replace(recipe, known={**recipe.known, "reference": reference}) if recipe.twin else recipe


RECIPES: List[Recipe] = [compared(recipe) for recipe in (
    *linear(), *general(),
    *(recipe for dims in SIZES for recipe in convolutions(dims)), *(recipe for dims in SIZES for recipe in transposed(dims)), *local(),
    *batch_statistics(), *normalizations(), *reparametrized(), *sequences(),
    *flax_bridge.recipes(UNITS), *RECURRENT,
)]

# -- random chains: what holds the layers, whether there are eager twins, of what kind, layers without parameters by rank, what is asked --
CHAIN, TWINS, FORMULAS = "nn.Sequential([{}])", True, True
BETWEEN: List[Recipe] = [
    *(Recipe("nn.relu", (4, *size, 10)) for size in ((), *SIZES.values())),
    *(Recipe("flatten", (4, *size, 10)) for size in SIZES.values()),
]
CHAINED = ("after.shapes", "after.nothing_uninitialized", "after.twin_values", "mismatch.rejected", "varying.rebind", "state.load_into_lazy",
           "transform.abstract")


def output_shapes(code: Code, shape: Sequence[int]) -> List[Tuple[int, ...]]:
    """The shapes of a layer's outputs, inferred."""
    import jax
    from flax import linen as nn
    found, _ = jax.eval_shape(nn.Sequential([code()]).init_with_output, jax.random.PRNGKey(0), jax.ShapeDtypeStruct(tuple(shape), "float32"))
    return [leaf.shape for leaf in jax.tree_util.tree_leaves(found)]
