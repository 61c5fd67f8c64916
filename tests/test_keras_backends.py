"""Standalone Keras, which is checked where it is asked for by name; what needs Keras 3 stands in `tests/newer`, for an environment that has it."""

from __future__ import annotations

import re
from importlib.metadata import version

from pytest_lazyinit import devices, frameworks
from pytest_lazyinit.options import Settings


def test_keras_is_known_and_not_among_the_usual_ones():
    assert "keras" in frameworks.names() and "keras" not in frameworks.usual()
    assert "keras" not in devices.selected(Settings(active=True))
    assert devices.selected(Settings(active=True, frameworks=("keras",))) == ("keras",)


def test_a_run_of_the_usual_ones_collects_no_item_of_keras(pytester):
    outcome = pytester.runpytest_subprocess("--lazyinit", "--lazyinit-device=cpu", "--collect-only", "-q", "-k", "keras")
    assert "_keras[" not in outcome.stdout.str()


def test_keras_2_is_one_red_item(pytester):
    assert version("keras").startswith("2."), "the tests run beside Keras 2; those of tests/newer beside Keras 3"
    outcome = pytester.runpytest_subprocess("--lazyinit", "--lazyinit-framework=keras", "--lazyinit-device=cpu", "-p", "no:randomly")
    assert outcome.ret == 1
    assert re.search(r"present\.usable on MLP: standalone Keras 3 is needed, found 2\.\d+", outcome.stdout.str())
    assert re.search(r"planned (\d+), ran 1: 1 FAIL, \d+ not run", outcome.stdout.str())
