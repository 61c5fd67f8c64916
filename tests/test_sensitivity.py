"""Every clause can fail, in every framework in which it applies: the proof, and its table in the documentation."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_lazyinit import frameworks
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.engine import Engine

from . import sensitivity

TABLE = Path(__file__).parents[1] / "docs" / "sensitivity.md"


@pytest.mark.parametrize("framework", list(frameworks.BUILT_IN))
def test_the_sound_reference_model_meets_the_contract(framework):
    engine = Engine(sensitivity.sound(framework))
    red = {found.id: result.message for found in CONTRACT.values()
           for result in [engine.run(found)] if result.verdict not in ("ok", "deviation", "n/a")}
    assert not red


@pytest.mark.parametrize("framework, fault", sensitivity.all_faults())
def test_fault_is_noticed_by_the_clause_that_a_reader_expects(framework, fault):
    found = sensitivity.noticed(framework, fault)
    assert set(found) == {fault.clause, *fault.follows}, "\n".join(f"{clause}: {message}" for clause, message in found.items())


@pytest.mark.parametrize("framework", list(frameworks.BUILT_IN))
def test_every_clause_that_applies_has_a_fault(framework):
    planted = {fault.clause for fault in sensitivity.faults(framework)}
    assert not sensitivity.applicable(framework) - planted


def test_the_table_in_the_documentation_is_this_one():
    text = sensitivity.table()
    if os.environ.get("LAZYINIT_WRITE_DOCS"):
        TABLE.write_text(text, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == text, "run the test with LAZYINIT_WRITE_DOCS=1 to write the table anew"
