"""The yardstick: faults planted one at a time into a framework's own lazy code, and which clauses notice them.

They were thought of first, as what would hurt somebody who uses lazy layers, and each names the clauses by which a
reader would expect it to be noticed. `tests/wrong_models/` goes the other way: it starts from a clause.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Callable, Dict, List, Sequence

import pytest

from pytest_lazyinit import Subject, frameworks
from pytest_lazyinit.catalogue.recipes import Recipe
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.engine import Engine
from pytest_lazyinit.results import Result

# The faults that the issue of this yardstick asks for at least.
WANTED = {"torch": 25, "tensorflow": 20, "flax": 20, "mxnet": 20}


@dataclass(frozen=True)
class Planted:
    """A fault in a framework.

    ``phase`` is where a user meets it; ``title`` says what is wrong; ``plant`` patches the framework's classes;
    ``expected`` are the clauses of which a reader would expect one to notice it; ``on`` is the code of the catalogue's
    recipe on which it shows or the name of a function that makes a reference subject, the reference MLP by default. ``missed`` says that no clause notices it yet.
    """

    phase: str
    title: str
    plant: Callable[[pytest.MonkeyPatch], None]
    expected: Sequence[str]
    on: str = ""
    missed: bool = False


def missed(*lists: Sequence[Planted]) -> List[Planted]:
    """Faults that no clause notices yet; they count, and one that comes to be noticed is to be told so."""
    return [replace(fault, missed=True) for faults in lists for fault in faults]


def faults(framework: str) -> Sequence[Planted]:
    return importlib.import_module(f"{__name__}.{framework}").FAULTS


def planted() -> Dict[str, Sequence[Planted]]:
    """The frameworks whose faults are written down."""
    return {name: faults(name) for name in WANTED}


def subject(framework: str, fault: Planted) -> Subject:
    """The shipped subject on which the fault shows."""
    if not fault.on or fault.on.endswith("_subject"):
        return getattr(importlib.import_module(f"pytest_lazyinit.catalogue.{framework}"), fault.on or "subject")()
    layers = importlib.import_module(f"pytest_lazyinit.catalogue.{framework}_layers")
    found: List[Recipe] = [recipe for recipe in layers.RECIPES if recipe.code == fault.on]
    assert found, f"no recipe is {fault.on!r}"
    return found[0].subject(framework, layers.names)


def judged(framework: str, fault: Planted, clauses: Sequence[str] = tuple(CONTRACT)) -> List[Result]:
    """What the clauses, of those given and asked of the subject, say under the fault."""
    frameworks.adapter(framework)
    engine = Engine(subject(framework, fault))
    with pytest.MonkeyPatch.context() as patch:
        fault.plant(patch)
        return [engine.run(CONTRACT[name]) for name in clauses if any(fnmatchcase(name, glob) for glob in engine.subject.clauses)]


def noticed(results: Sequence[Result]) -> Dict[str, str]:
    """The clauses that are red, with what they say."""
    return {result.clause: result.message for result in results if result.verdict in ("FAIL", "error")}


def expected(found: Dict[str, str], fault: Planted) -> List[str]:
    """The clauses that noticed the fault and were expected to."""
    return [name for name in fault.expected if name in found]
