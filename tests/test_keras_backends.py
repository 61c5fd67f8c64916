"""Standalone Keras 3, which is checked where it is asked for by name, on each backend that is installed here."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import pytest

from pytest_lazyinit import devices, frameworks
from pytest_lazyinit.options import Settings
from pytest_lazyinit.results import read

BACKENDS = ["tensorflow", "jax", "torch"]
MODEL = '''
import keras
from pytest_lazyinit import contract

def model():
    return keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(2)])

test_told = contract(model, input_shape=(3, 5), clauses=("after.shapes", "after.gradients"))
test_said = contract(model, input_shape=(3, 5), clauses=("after.shapes", "after.gradients"), framework="keras")
'''


def major() -> int:
    """The installed Keras' first number, 0 for none."""
    try:
        return int(version("keras").split(".")[0])
    except PackageNotFoundError:
        return 0


@functools.lru_cache(maxsize=None)
def has(backend: str) -> bool:
    """Whether a backend of Keras 3 can be run here."""
    return major() >= 3 and importlib.util.find_spec(backend) is not None


def run(pytester: pytest.Pytester, backend: str, *arguments: str):
    """pytest in a process of its own; Keras takes its backend when it is imported."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    call = [sys.executable, "-m", "pytest", "--lazyinit-device=cpu", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(call, cwd=pytester.path, env=environment, capture_output=True, text=True, timeout=600)


def test_keras_is_known_and_not_among_the_usual_ones():
    assert "keras" in frameworks.names() and "keras" not in frameworks.usual()
    assert "keras" not in devices.selected(Settings(active=True))
    assert devices.selected(Settings(active=True, frameworks=("keras",))) == ("keras",)


def test_a_run_of_the_usual_ones_collects_no_item_of_keras(pytester):
    outcome = pytester.runpytest_subprocess("--lazyinit", "--lazyinit-device=cpu", "--collect-only", "-q", "-k", "keras")
    assert "_keras[" not in outcome.stdout.str()


def test_keras_2_is_one_red_item(pytester):
    if major() != 2:
        pytest.skip("Keras 2 is not installed")
    outcome = run(pytester, "tensorflow", "--lazyinit", "--lazyinit-framework=keras")
    assert outcome.returncode == 1
    assert re.search(r"present\.usable on MLP: standalone Keras 3 is needed, found 2\.\d+", outcome.stdout)
    assert re.search(r"planned (\d+), ran 1: 1 FAIL, \d+ not run", outcome.stdout)


def test_an_unknown_backend_is_refused_in_one_sentence(pytester):
    if major() < 3:
        pytest.skip("Keras 3 is not installed")
    outcome = run(pytester, "numpy", "--lazyinit", "--lazyinit-framework=keras")
    assert outcome.returncode == 1
    due = "Keras runs on the backend 'numpy'; set KERAS_BACKEND to one of tensorflow, jax, torch"
    needs_more = "KERAS_BACKEND or keras.json says which backend it needs"  # without JAX it cannot be imported on NumPy
    assert due in outcome.stdout or needs_more in outcome.stdout


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_reference_mlp_on_every_backend(pytester, backend):
    if not has(backend):
        pytest.skip(f"Keras 3 or {backend} is not installed")
    outcome = run(pytester, backend, "--lazyinit", "--lazyinit-framework=keras", "-q")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    planned, ran = re.search(r"planned (\d+), ran (\d+):", outcome.stdout).groups()
    assert planned == ran != "0"


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_own_model_is_told_by_its_backend(pytester, backend):
    if not has(backend):
        pytest.skip(f"Keras 3 or {backend} is not installed")
    pytester.makepyfile(test_own=MODEL)
    outcome = run(pytester, backend, "test_own.py", "--lazyinit-report=r.json")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    found = read(pytester.path / "r.json").results
    assert len(found) == 4
    assert {result.framework for result in found} == ({"tensorflow", "keras"} if backend == "tensorflow" else {"keras"})
