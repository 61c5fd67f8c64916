"""Every lazy layer of PyTorch, with the options that touch its parameters."""

from __future__ import annotations

import math
from typing import Any, Dict, Iterator, List, Mapping, Sequence

from .recipes import OPTION, Recipe, asked_of, ones, uniform, zeros

FRAMEWORK = "torch"
UNITS, WIDTH = 96, 3  # units enough that the spread of a bias is told from that of another fan
SIZES = {1: (9,), 2: (9, 8), 3: (7, 6, 5)}
# An input channel count that groups divide, and that is no other size of an example.
GROUPED = 4
NORMS_WITHOUT_BIAS = ">=2.13"
# Kernels that are not as wide as high, with padding and steps of their own in each direction.
UNEVEN = {2: ("(3, 5)", "(2, 1)", "(1, 2)"), 3: ("(3, 5, 2)", "(2, 1, 1)", "(1, 2, 0)")}


def names() -> Mapping[str, Any]:
    """What the code of a recipe may name."""
    import torch
    return {"torch": torch, "nn": torch.nn}


def exported() -> List[str]:
    """The lazy layers that this version exports."""
    from torch import nn
    from torch.nn.modules.lazy import LazyModuleMixin
    return sorted(name for name, found in vars(nn).items()
                  if isinstance(found, type) and issubclass(found, LazyModuleMixin) and found is not LazyModuleMixin)


def drawn(layer: str, fan: int, options: str) -> Dict[str, Any]:
    """``U(±1/sqrt(fan))`` for the weight, and for the bias where there is one."""
    found = uniform(1 / math.sqrt(fan), f"torch.nn.{layer}, Variables")
    return {name: found for name in ("weight", "bias") if f"{name}=False" not in options}


def linear() -> Iterator[Recipe]:
    for option, known in (("", {}), (", bias=False", {}), (", dtype=torch.float64", {"dtype": "float64"}), (", device='cpu'", {"devices": ("cpu",)})):
        yield Recipe(f"nn.LazyLinear({UNITS}{option})", (4, 20), f"nn.Linear({{width}}, {UNITS}{option})", draws=drawn("Linear", 20, option),
                     clauses=asked_of(option), known=known, versions=placed(option))


def placed(option: str) -> str:
    """The versions that take an option; dtype and device came after lazy modules."""
    if "reflect" in option:
        return ">=1.10"  # in three dimensions
    return ">=1.9" if "dtype" in option or "device" in option or "same" in option else ">=1.8"


def convolutions(dims: int, transposed: bool) -> Iterator[Recipe]:
    """Convolutions and transposed ones; groups divide the channels, so the grouped ones have four."""
    kind, kernel = f"Conv{'Transpose' if transposed else ''}{dims}d", 3 ** dims
    options = ["", ", bias=False", ", stride=2", ", dilation=2", ", groups=2"]
    options += [", stride=2, padding=1, output_padding=1"] if transposed else [
        ", padding=1", ", padding=1, padding_mode='circular'", ", padding=1, padding_mode='replicate'"]
    options += [] if transposed else [", padding=1, padding_mode='reflect'", ", padding='same'"]
    options += [", dtype=torch.float64"]
    for option in options:
        groups = 2 if "groups" in option else 1
        channels = GROUPED if groups > 1 else WIDTH
        # The documented fan of a transposed convolution is that of its output.
        fan = (UNITS if transposed else channels) // groups * kernel
        known: Dict[str, Any] = {"dtype": "float64"} if "float64" in option else {}
        # Its width must be a multiple of the groups.
        known.update({"other_widths": (8, 6), "wrong_widths": (8, 2)} if groups > 1 else {})
        known.update({"call": sized(dims)} if transposed and option == ", stride=2" else {})
        yield Recipe(f"nn.Lazy{kind}({UNITS}, 3{option})", (2, channels, *SIZES[dims]), f"nn.{kind}({{width}}, {UNITS}, 3{option})",
                     draws=drawn(kind, fan, option), clauses=asked_of(option), known=known, versions=placed(option))
    if dims in UNEVEN:
        kernel, stride, padding = UNEVEN[dims]
        rest = f"{UNITS}, {kernel}, stride={stride}, padding={padding}"
        fan = (UNITS if transposed else WIDTH) * math.prod(eval(kernel))
        yield Recipe(f"nn.Lazy{kind}({rest})", (2, WIDTH, *SIZES[dims]), f"nn.{kind}({{width}}, {rest})", draws=drawn(kind, fan, ""),
                     clauses=OPTION, versions=placed(""))


def sized(dims: int) -> Any:
    """A call that chooses one of the sizes that steps of two leave open."""
    return lambda layer, input: layer(input, output_size=[2 * size + 2 for size in input.shape[-dims:]])


def normalizations(dims: int, kind: str) -> Iterator[Recipe]:
    plain = "" if kind == "Batch" else "affine=True, track_running_stats=True"
    options = ["", "affine=False", "track_running_stats=False", "momentum=None"] if kind == "Batch" else [plain, ""]
    options += [f"{plain}{', ' if plain else ''}{more}" for more in ("eps=0.1", "dtype=torch.float64", "bias=False")]
    for index, option in enumerate(options):
        layer, source = f"{kind}Norm{dims}d", f"torch.nn.{kind}Norm{dims}d, Variables"
        affine = "affine=False" not in option
        draws = {"weight": ones(source), "bias": zeros(source)} if affine else {}
        if "bias=False" in option:
            del draws["bias"]
        known = {"dtype": "float64"} if "float64" in option else {}
        since = NORMS_WITHOUT_BIAS if "bias=False" in option else ">=1.9" if kind == "Batch" else ">=1.10"
        yield Recipe(f"nn.Lazy{layer}({option})", (4, 10, *SIZES[dims]), f"nn.{layer}({{width}}{', ' if option else ''}{option})", draws=draws,
                     clauses=OPTION if index else ("*",), known=known, versions=since, alone=kind == "Instance" and not option)


RECIPES: List[Recipe] = [
    *linear(),
    *(recipe for transposed in (False, True) for dims in SIZES for recipe in convolutions(dims, transposed)),
    *(recipe for kind in ("Batch", "Instance") for dims in SIZES for recipe in normalizations(dims, kind)),
]

# -- random chains: what holds the layers, whether there are eager twins, and layers without parameters by rank --------------
CHAIN, TWINS = "nn.Sequential({})", True
BETWEEN: List[Recipe] = [
    *(Recipe("nn.ReLU()", (4, 10, *size)) for size in ((), *SIZES.values())),
    Recipe("nn.MaxPool2d(2)", (4, 10, *SIZES[2])),
    *(Recipe("nn.Flatten()", (4, 10, *size)) for size in SIZES.values()),
]
