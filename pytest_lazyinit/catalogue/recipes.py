"""Recipes: a line of code that makes a layer, its eager twin or its shapes, and what is documented of its first values.

Code is kept as text, so that a report can show it and a reader can paste it; it is run in the names of the framework's
own module (`torch_layers.names()` …), which is imported when a model is built and not before.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Sequence, Tuple

from ..frameworks.words import Initializer
from ..subjects import Subject, Variant

# What a constructor's option can break beyond what the layer's plain form shows.
OPTION = ("before.constructs", "before.uninitialized", "before.allocates_nothing", "after.*", "mismatch.rejected", "varying.rebind", "state.load_into_lazy")
# The same where a layer costs much: what the option decides, and not again how the layer learns and in which contexts.
DECIDED = ("before.constructs", "before.uninitialized", "before.allocates_nothing", "after.shapes", "after.nothing_uninitialized", "after.twin_values",
           "after.distribution", "after.twin_configuration", "after.gradients", "mismatch.rejected", "varying.rebind", "state.load_into_lazy")

# What some options decide beyond that: by a word of the option.
FURTHER = {"groups": ("mismatch.failed_first_pass_recovers",), "float64": ("state.round_trip",),
           **dict.fromkeys(("stride", "padding", "dilation"), ("transform.abstract",))}

# What layers can break of one another, where the whole contract on each would be dear: placements, modes and copies are each layer's own.
COMPOSED = ("before.constructs", "before.uninitialized", "before.queries_have_no_effect", "after.shapes", "after.nothing_uninitialized", "after.distribution",
            "after.idempotent", "after.reproducible", "after.gradients", "mismatch.rejected", "mismatch.rejection_changes_nothing",
            "mismatch.failed_first_pass_recovers", "varying.*", "state.round_trip", "state.load_into_lazy", "transform.abstract", "transform.compiled_first_pass")


def asked_of(option: str, clauses: Sequence[str] = OPTION) -> Sequence[str]:
    """A plain layer meets the whole contract, one with an option ``clauses`` and what the option decides further."""
    further = [clause for word, found in FURTHER.items() if word in option for clause in found]
    return (*clauses, *dict.fromkeys(further)) if option else ("*",)


class Code:
    """A builder that is written down: a line of code and the names in which it runs."""

    def __init__(self, text: str, names: Callable[[], Mapping[str, Any]]):
        self.text = self.__name__ = text
        self._names = names

    def __call__(self) -> Any:
        return eval(self.text, dict(self._names()))

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Recipe:
    """How a layer is made and what is known of it.

    ``code`` makes it untouched; ``twin`` makes the eager one, with ``{width}`` where the input dimension stands,
    which is the size of the input's ``axis``; ``draws`` are the documented first values by parameter; ``known`` further fields of `Subject`;
    ``versions`` the framework's versions that have it (PEP 440); ``alone`` keeps it out of random chains, where it is
    known to depart from its twin; ``sizes`` are other shapes of the input that change no parameter: other images, longer sequences;
    ``documented`` holds the eager twin, too, to what is set before the first pass and kept in a file.
    """

    code: str
    shape: Sequence[int]
    twin: Optional[str] = None
    axis: int = 1
    draws: Mapping[str, Initializer] = field(default_factory=dict)
    clauses: Sequence[str] = ("*",)
    versions: str = ">=0"
    known: Mapping[str, Any] = field(default_factory=dict)
    alone: bool = False
    sizes: Sequence[tuple] = ()
    documented: bool = False

    @property
    def exported(self) -> str:
        """The layer's name in the framework's module."""
        return self.code.partition("(")[0].rpartition(".")[-1]

    @property
    def id(self) -> str:
        """The code as an identifier: ``LazyConv2d_6_3_groups_3``."""
        return re.sub(r"\W+", "_", re.sub(r"\b(nn|torch)\.", "", self.code)).strip("_")

    @property
    def chains(self) -> bool:
        """Whether the layer can stand in a chain: one array of the default type goes in, and nothing else is said of the call."""
        return not self.alone and set(self.known) <= {"other_widths", "wrong_widths", "shapes", "same_values", "reference", "conflict", "resolutions", "other_units"}

    def at(self, units: int, written: int, shape: Sequence[int]) -> Tuple[str, str]:
        """The code of the lazy layer and of the eager one with other units than those written, for an input of a shape."""
        other = [re.sub(rf"\b{written}\b", str(units), code) for code in (self.code, self.twin or self.code)]
        return other[0], other[1].replace("{width}", str(shape[self.axis]))

    def subject(self, framework: str, names: Callable[[], Mapping[str, Any]]) -> Subject:
        """What the contract is checked on; named by its code."""
        known: Dict[str, Any] = {"input_shape": self.shape, **self.known}
        if self.twin:
            sized = "{width}" in self.twin
            known["like"] = Code(self.twin.replace("{width}", str(self.shape[self.axis])) if sized else self.twin, names)
            known.update({"twin_at": lambda width: Code(self.twin.replace("{width}", str(width)), names)()} if sized else {})
        if self.sizes:
            known["resolutions"] = Variant(Code(self.code, names), input_shapes=list(self.sizes))
        return Subject(Code(self.code, names), name=self.code, framework=framework, clauses=self.clauses, initial=self.draws,
                       versions=self.versions, small=True, documented=self.documented, **known)


def tests(layers: Any) -> Iterator[tuple]:
    """The test functions of a framework's layers by name: one a recipe, with one item a clause; one for what no recipe covers; one for random chains."""
    from ..api import contract
    from . import architectures, covering
    yield f"test_{layers.FRAMEWORK}_covered", covering.test_of(layers)
    if hasattr(layers, "CHAIN"):
        yield f"test_{layers.FRAMEWORK}_architectures", architectures.test_of(layers)
    for recipe in layers.RECIPES:
        yield f"test_{layers.FRAMEWORK}_{recipe.id}", contract(recipe.subject(layers.FRAMEWORK, layers.names))


def uniform(bound: float, source: str) -> Initializer:
    return Initializer("uniform", bound, source)


def zeros(source: str) -> Initializer:
    return Initializer("constant", 0.0, source)


def ones(source: str) -> Initializer:
    return Initializer("constant", 1.0, source)


def constant(value: Any, source: str) -> Initializer:
    """One value, or one for each of equal parts of the last axis."""
    return Initializer("constant", value, source)


def glorot_uniform(fan_in: int, fan_out: int, source: str) -> Initializer:
    return uniform(math.sqrt(6 / (fan_in + fan_out)), source)


def he_normal(fan_in: int, source: str) -> Initializer:
    return Initializer("truncated_normal", math.sqrt(2 / fan_in), source)


def lecun_normal(fan_in: int, source: str) -> Initializer:
    return Initializer("truncated_normal", math.sqrt(1 / fan_in), source)


def orthogonal(source: str, gain: float = 1.0) -> Initializer:
    return Initializer("orthogonal", gain, source)
