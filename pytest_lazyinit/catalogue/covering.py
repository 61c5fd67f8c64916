"""Whether every lazily shaped layer that a framework exports has a recipe, so that tomorrow's new layer shows up by itself."""

from __future__ import annotations

import warnings
from typing import Any, Callable

from ..clauses.clause import Clause, expect
from ..results import Result
from . import items

UNCOVERED = "layers without a recipe"


class UncoveredLayer(UserWarning):
    """A lazily shaped layer that the framework exports and no recipe covers: nothing of it is checked."""


def clause(layers: Any, strict: bool) -> Clause:
    """``catalogue.covered`` for the layers of a framework."""
    def covered(trial) -> None:
        """Every lazily shaped layer that the framework exports is found, and covered by a recipe."""
        found, known = layers.exported(), {recipe.exported for recipe in layers.RECIPES}
        missed = [name for name in found if name not in known]
        trial.observe("layers", ", ".join(found))
        expect(found, "lazily shaped layers among the framework's exports", "none", "the introspection looks in the wrong place")
        if missed:
            trial.observe(UNCOVERED, ", ".join(missed))
        expect(not (strict and missed), "a recipe for every lazily shaped layer", f"none for {', '.join(missed)}",
               "the layer is new; add a recipe, or run without --lazyinit-strict=yes")
    return Clause("catalogue.covered", covered)


def check(layers: Any, strict: bool = False, device: str = "cpu") -> Result:
    """The one result; without ``strict`` an uncovered layer is a warning.

    Warns
    -----
    UncoveredLayer
        Names the layers that no recipe covers.
    """
    result = items.run(layers, "layers", clause(layers, strict), device)
    if result.verdict == "ok" and UNCOVERED in result.observations:
        warnings.warn(UncoveredLayer(f"{result.framework} {result.version}: no recipe covers {result.observations[UNCOVERED]}"), stacklevel=2)
    return result


def test_of(layers: Any) -> Callable:
    """The test function of a framework's layers as a whole."""
    return items.item(layers, "layers", "catalogue.covered", lambda asked, device: check(layers, asked.strict, device),
                      f"Every lazily shaped layer of {layers.FRAMEWORK} has a recipe.")
