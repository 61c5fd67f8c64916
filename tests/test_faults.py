"""Every fault of the yardstick is noticed by a clause of which a reader would expect it."""

from __future__ import annotations

import pytest

from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.subjects import PHASES

from . import faults
from .faults.__main__ import main, table


@pytest.mark.parametrize("framework, fault", [pytest.param(name, fault, id=f"{name}-{fault.title}") for name, found in faults.planted().items() for fault in found])
def test_a_planted_fault_is_noticed_as_expected(framework, fault):
    results = faults.judged(framework, fault, fault.expected)
    told = [(result.verdict, result.message, dict(result.observations)) for result in results]
    assert bool(faults.expected(faults.noticed(results), fault)) is not fault.missed, "no longer missed" if fault.missed else told


@pytest.mark.parametrize("framework", faults.WANTED)
def test_enough_faults_are_planted_and_they_span_the_phases(framework):
    planted = faults.faults(framework)
    assert len({fault.title for fault in planted}) == len(planted) >= faults.WANTED[framework]
    assert {fault.phase for fault in planted} == set(PHASES)
    assert all(clause in CONTRACT for fault in planted for clause in fault.expected)


def test_a_missed_fault_counts_in_the_table():
    seen, missed = faults.Planted("after", "seen", print, ["after.shapes"]), faults.Planted("after", "missed", print, ["after.trains"])
    assert "1 of 2" in table({"torch": [(seen, {"after.shapes": ""}), (missed, {"after.shapes": ""})]})


def test_an_unknown_framework_is_refused(capsys):
    assert main(["chainer"]) == 2
    assert "there is no framework 'chainer' with planted faults; valid: torch" in capsys.readouterr().err
