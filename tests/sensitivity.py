"""Runs the contract on wrong models and planted faults, and renders the table of what notices what."""

from __future__ import annotations

import importlib
from typing import Dict, List, Sequence, Set

import pytest

from pytest_lazyinit import Subject, frameworks
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.engine import Engine

from .portion import whole
from .wrong_models import Fault


def sound(framework: str) -> Subject:
    return importlib.import_module(f"pytest_lazyinit.catalogue.{framework}").subject()


def faults(framework: str) -> Sequence[Fault]:
    return importlib.import_module(f"tests.wrong_models.{framework}").FAULTS


def all_faults() -> List:
    return [pytest.param(framework, fault, id=f"{framework}-{fault.clause}-{index}")
            for framework in frameworks.BUILT_IN for index, fault in enumerate(faults(framework))]


def noticed(framework: str, fault: Fault) -> Dict[str, str]:
    """The clauses that are red under a fault, with what they say: of those that should be, or of all with ``LAZYINIT_WHOLE=1``."""
    with fault.plant():
        engine = Engine(fault.subject() if fault.subject else sound(framework))
        results = [engine.run(CONTRACT[name]) for name in (CONTRACT if fault.whole or whole() else (fault.clause, *fault.follows))]
    broken = {result.clause: result.message for result in results if result.verdict in ("error", "not run")}
    assert not broken, "the harness itself fails under the fault"
    return {result.clause: result.message for result in results if result.verdict == "FAIL"}


def applicable(framework: str) -> Set[str]:
    """Clauses that no declared lack of the framework makes n/a."""
    missing = frameworks.adapter(framework).missing
    return {found.id for found in CONTRACT.values()
            if not any(name in missing for name in (*found.capabilities, *found.knowledge))}


def table() -> str:
    lines = ["# Every clause can fail", "",
             "A wrong model or a fault planted into the real framework for every clause, in every framework in which the clause",
             "applies. Exactly the clause in the first column fails, and the ones",
             "that follow from it, named in the last. `tests/test_sensitivity.py` writes this page and shows that those fail,",
             "`tox run -e whole` that no others do.", "",
             f"Faults: {', '.join(f'{name} {len(faults(name))}' for name in frameworks.BUILT_IN)}.", "",
             "| clause | framework | what is wrong | fails too |", "| --- | --- | --- | --- |"]
    for clause in CONTRACT:
        for framework in frameworks.BUILT_IN:
            lines += [f"| `{clause}` | {framework} | {fault.title} | {', '.join(f'`{name}`' for name in fault.follows) or '–'} |"
                      for fault in faults(framework) if fault.clause == clause]
    return "\n".join(lines) + "\n"
