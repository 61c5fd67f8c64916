"""A probe that this process cannot make is told, and no deviation that speaks of it is called stale."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pytest_lazyinit.deviations import Deviation
from pytest_lazyinit.judging import stale
from pytest_lazyinit.options import Settings
from pytest_lazyinit.results import NOT_PROBED

# The framework is started before anything of ours can ask it for a second CPU.
STARTED = {"tensorflow": "import tensorflow; tensorflow.constant(1.0) + 1", "flax": "import jax; jax.numpy.ones(2) + 1"}
RUN = """
import importlib, json
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.engine import Engine
subject = importlib.import_module("pytest_lazyinit.catalogue.{framework}").subject()
result = Engine(subject).run(CONTRACT["before.placement_remembered"])
print(json.dumps([result.verdict, result.message, dict(result.observations)]))
"""
ENTRY = dict(clause="before.placement_remembered", versions=">=1", kind="bug", reason="so it is", url="https://example.org/1")


def placements(framework: str, first: str):
    code = f"{first}\n{RUN.format(framework=framework)}"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    verdict, message, observations = json.loads(done.stdout.splitlines()[-1])
    return verdict, message, [name for name, fact in observations.items() if fact.startswith(NOT_PROBED)]


@pytest.mark.parametrize("framework, unmade", [("tensorflow", "tf.device while building"), ("flax", "committed key")])
def test_a_framework_that_was_started_before_is_judged_by_what_can_be_probed(framework, unmade):
    verdict, message, told = placements(framework, STARTED[framework])
    assert (verdict, message) == ("ok", "") and unmade in told


@pytest.mark.parametrize("framework", list(STARTED))
def test_in_a_process_of_its_own_everything_is_probed(framework):
    assert placements(framework, "")[::2] == ("deviation", [])


def test_an_entry_is_due_where_its_probe_was_made():
    entry = Deviation(**ENTRY, probe="on device *")
    assert entry.could_show({"on device 1": "returned"}) and entry.could_show({})
    assert not entry.could_show({"on device 1": f"{NOT_PROBED}one CPU"})
    assert Deviation(**ENTRY).could_show({"on device 1": f"{NOT_PROBED}one CPU"})


def test_a_run_calls_no_entry_stale_whose_probe_was_not_made(tmp_path, result):
    path = tmp_path / "mine.toml"
    lines = [f'{key} = "{value}"' for key, value in {**ENTRY, "probe": "on device 1"}.items()]
    path.write_text("\n".join(["[[deviation]]", *lines]))
    for fact, due in (("returned", ["mine:1"]), (f"{NOT_PROBED}one CPU", [])):
        found = result("before.placement_remembered", framework="nothing", observations={"on device 1": fact})
        assert [entry.entry for entry in stale([found], Settings(deviations=path))] == due
