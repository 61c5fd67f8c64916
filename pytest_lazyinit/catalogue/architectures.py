"""Random architectures: chains of the catalogue's layers, drawn by Hypothesis, against their eager twins.

A chain grows layer by layer over an example: a layer that the example so far does not fit (a kernel larger than the
image, groups that do not divide the channels) is left out. What fails is shrunk to the smallest chain and shown as code.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np

from .. import deviations
from ..clauses import CONTRACT
from ..clauses.clause import Clause, Violation
from ..engine import Engine
from ..frameworks.base import Adapter, NotOffered
from ..results import Result
from ..subjects import Subject
from . import items
from .recipes import Code, Recipe

# What a chain can break beyond what its layers show alone; each is cheap.
ASKED = ("after.shapes", "after.nothing_uninitialized", "after.twin_values", "after.twin_configuration", "after.idempotent", "after.gradients",
         "mismatch.rejected", "mismatch.rejection_changes_nothing", "varying.batch_sizes", "varying.rebind", "state.load_into_lazy")
UNITS, DEPTH = (6, 4, 12, 10), 5  # groups of two divide them
ABSENT = "Hypothesis is not installed; random architectures need it: pip install 'pytest-lazyinit[random]'"


@dataclass(frozen=True)
class Architecture:
    """A lazy chain, its eager twin (absent where the framework has none) and the shape of its input."""

    lazy: str
    twin: Optional[str]
    shape: Tuple[int, ...]

    def subject(self, layers: Any) -> Subject:
        known = {"like": Code(self.twin, layers.names)} if self.twin else {}
        return Subject(Code(self.lazy, layers.names), name=self.lazy, framework=layers.FRAMEWORK, input_shape=self.shape, small=True, **known)

    def __str__(self) -> str:
        like = f",\n                like=lambda: {self.twin}" if self.twin else ""
        return f"test_found = contract(lambda: {self.lazy},\n                input_shape={self.shape}{like})"

    def module(self, layers: Any) -> str:
        """A test file with nothing but this architecture."""
        return f"from pytest_lazyinit import contract\nfrom {layers.__name__} import names\n\nglobals().update(names())\n{self}\n"


# -- growing -----------------------------------------------------------------------------------------------------------


def pieces(layers: Any, adapter: Adapter) -> List[Recipe]:
    """What a chain can be made of in this version: the recipes of one plain array, and layers without parameters between them."""
    found = [recipe for recipe in layers.RECIPES if recipe.chains and deviations.offered(recipe.versions, adapter.version, adapter.versions())]
    return [*(recipe for recipe in found if recipe.twin or not layers.TWINS), *layers.BETWEEN]


def written(layers: Any, recipe: Recipe, units: int, shape: Sequence[int]) -> Tuple[str, str]:
    """The code of the lazy layer and of its eager twin, which some frameworks build for the whole shape of its input."""
    lazy, eager = recipe.at(units, layers.UNITS, shape)
    made = getattr(layers, "EAGER", None)
    return lazy, made.format(lazy, (None, *shape[1:])) if made and recipe.twin else eager


def output_shape(layers: Any, adapter: Adapter, code: Code, shape: Sequence[int]) -> Optional[Tuple[int, ...]]:
    """The shape of a layer's output, or ``None`` where it does not take such an input."""
    state = random.getstate()
    try:
        found = layers.output_shapes(code, shape) if hasattr(layers, "output_shapes") else run_shapes(adapter, code, shape)
    except Exception:
        return None
    finally:
        random.setstate(state)  # Hypothesis warns of a strategy that draws from it
    fits = len(found) == 1 and found[0] and min(found[0]) > 0 and found[0][0] == shape[0]
    return tuple(found[0]) if fits else None


def run_shapes(adapter: Adapter, code: Code, shape: Sequence[int]) -> List[Tuple[int, ...]]:
    """The shapes of a layer's outputs, by running it."""
    with adapter.building():
        model = adapter.adopt(code())
    return [array.shape for array in adapter.leaves(adapter.first_pass(model, adapter.batch(np.ones(shape, "float32"))))]


def strategy(layers: Any, adapter: Adapter) -> Any:
    """The Hypothesis strategy of a framework's chains; what comes first is what it shrinks to."""
    from hypothesis import assume
    from hypothesis import strategies as st
    known = pieces(layers, adapter)
    starts = sorted({tuple(recipe.shape) for recipe in known if recipe not in layers.BETWEEN}, key=lambda shape: (len(shape), shape))

    @st.composite
    def chains(draw) -> Architecture:
        shape = start = draw(st.sampled_from(starts))
        grown: List[Tuple[str, str]] = []
        for _ in range(draw(st.integers(1, DEPTH))):
            recipe = draw(st.sampled_from([recipe for recipe in known if len(recipe.shape) == len(shape)]))
            units = draw(st.sampled_from(UNITS))
            lazy, eager = written(layers, recipe, units, shape)
            # A twin that is a formula of our own refuses nothing.
            found = output_shape(layers, adapter, Code(lazy if getattr(layers, "FORMULAS", False) else eager, layers.names), shape)
            if found:
                grown, shape = [*grown, (lazy, eager)], found
        assume(any(lazy != eager or not layers.TWINS for lazy, eager in grown))
        lazies, eagers = (layers.CHAIN.format(", ".join(column)) for column in zip(*grown))
        return Architecture(lazies, eagers if layers.TWINS else None, start)
    return chains()


# -- checking ----------------------------------------------------------------------------------------------------------


class Departs(Exception):
    """An architecture that does not meet the contract, with the clause and what it says."""

    def __init__(self, found: Architecture, result: Result, layers: Any):
        super().__init__(f"{result.clause}: {result.message}\n\nThe smallest such model, to paste:\n\n{found.module(layers)}")


def checked(found: Architecture, layers: Any, seed: int, extra: Optional[str], device: str) -> None:
    """The clauses on one architecture.

    Raises
    ------
    Departs
        At the first clause that is red.
    """
    engine = Engine(found.subject(layers), seed, extra)
    for name in getattr(layers, "CHAINED", ASKED):
        result = engine.run(CONTRACT[name], device)
        if result.verdict not in ("ok", "deviation", "n/a"):
            raise Departs(found, result, layers)


def search(layers: Any, adapter: Adapter, examples: int, seed: int = 0, extra: Optional[str] = None) -> int:
    """Draw and check that many architectures; how many were checked.

    Raises
    ------
    Departs
        For the smallest architecture that fails.
    """
    import hypothesis
    ran = []

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=examples, database=None, deadline=None, derandomize=False, report_multiple_bugs=False, print_blob=False,
                         phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink), suppress_health_check=list(hypothesis.HealthCheck),
                         verbosity=hypothesis.Verbosity.quiet)
    @hypothesis.given(strategy(layers, adapter))
    def run(found):
        ran.append(found)
        checked(found, layers, seed, extra, adapter.device)
    run()
    return len(ran)


def clause(layers: Any, examples: int, seed: int = 0, extra: Optional[str] = None) -> Clause:
    """``catalogue.architectures`` for the layers of a framework."""
    def architectures(trial) -> None:
        """Random chains of the catalogue's layers meet the contract as their eager twins do."""
        try:
            import hypothesis  # noqa: F401
        except ImportError:
            raise NotOffered(ABSENT) from None
        if not examples:
            raise NotOffered("No random architectures were asked for: --lazyinit-examples=0.")
        try:
            trial.observe("architectures", str(search(layers, trial.adapter, examples, seed, extra)))
        except Departs as error:
            raise Violation(str(error)) from None
    return Clause("catalogue.architectures", architectures)


def check(layers: Any, examples: int, seed: int = 0, extra: Optional[str] = None, device: str = "cpu") -> Result:
    """The one result of a framework's random architectures."""
    return items.run(layers, "random architectures", clause(layers, examples, seed, extra), device, seed, extra)


def test_of(layers: Any) -> Callable:
    """The test function of a framework's random architectures."""
    return items.item(layers, "random architectures", "catalogue.architectures",
                      lambda asked, device: check(layers, asked.examples, asked.seed, asked.deviations, device),
                      f"Random architectures of the lazy layers of {layers.FRAMEWORK} meet the contract.")
