"""Recipes: a line of code that makes a layer, its eager twin or its shapes, and what is documented of its first values.

Code is kept as text, so that a report can show it and a reader can paste it; it is run in the names of the framework's
own module (`torch_layers.names()` …), which is imported when a model is built and not before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Sequence

from ..frameworks.words import Initializer
from ..subjects import Subject

# What a constructor's option can break beyond what the layer's plain form shows.
OPTION = ("before.constructs", "before.uninitialized", "before.allocates_nothing", "after.*", "mismatch.rejected", "varying.rebind", "state.load_into_lazy")


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
    ``versions`` the framework's versions that have it (PEP 440).
    """

    code: str
    shape: Sequence[int]
    twin: Optional[str] = None
    axis: int = 1
    draws: Mapping[str, Initializer] = field(default_factory=dict)
    clauses: Sequence[str] = ("*",)
    versions: str = ">=0"
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exported(self) -> str:
        """The layer's name in the framework's module."""
        return self.code.partition("(")[0].rpartition(".")[-1]

    @property
    def id(self) -> str:
        """The code as an identifier: ``LazyConv2d_6_3_groups_3``."""
        return re.sub(r"\W+", "_", re.sub(r"\b(nn|torch)\.", "", self.code)).strip("_")

    def subject(self, framework: str, names: Callable[[], Mapping[str, Any]]) -> Subject:
        """What the contract is checked on; named by its code."""
        known: Dict[str, Any] = {"input_shape": self.shape, **self.known}
        if self.twin:
            known["like"] = Code(self.twin.replace("{width}", str(self.shape[self.axis])), names)
        if self.twin and "{width}" in self.twin:
            known["twin_at"] = lambda width: Code(self.twin.replace("{width}", str(width)), names)()
        return Subject(Code(self.code, names), name=self.code, framework=framework, clauses=self.clauses, initial=self.draws,
                       versions=self.versions, small=True, **known)


def tests(layers: Any) -> Iterator[tuple]:
    """The test functions of a framework's layers by name: one a recipe, with one item a clause, and one for what no recipe covers."""
    from ..api import contract
    from .covering import test_of
    yield f"test_{layers.FRAMEWORK}_covered", test_of(layers)
    for recipe in layers.RECIPES:
        yield f"test_{layers.FRAMEWORK}_{recipe.id}", contract(recipe.subject(layers.FRAMEWORK, layers.names))


def uniform(bound: float, source: str) -> Initializer:
    return Initializer("uniform", bound, source)


def zeros(source: str) -> Initializer:
    return Initializer("constant", 0.0, source)


def ones(source: str) -> Initializer:
    return Initializer("constant", 1.0, source)
