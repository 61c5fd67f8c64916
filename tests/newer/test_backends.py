"""Keras 3 on its backends: standalone, where it is asked for by name, and under TensorFlow.

Nothing here is skipped: the environment has Keras 3 and all three backends, or the tests are red.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

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


def run(pytester: pytest.Pytester, backend: str, *arguments: str):
    """pytest in a process of its own; Keras takes its backend when it is imported."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    call = [sys.executable, "-m", "pytest", "--lazyinit-device=cpu", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(call, cwd=pytester.path, env=environment, capture_output=True, text=True, timeout=600)


@pytest.mark.parametrize("framework, due", [
    ("keras", "Keras runs on the backend 'numpy'; set KERAS_BACKEND to one of tensorflow, jax, torch"),
    ("tensorflow", "KERAS_BACKEND=tensorflow"),
])
def test_another_backend_is_refused_in_one_sentence(pytester, framework, due):
    outcome = run(pytester, "numpy", "--lazyinit", f"--lazyinit-framework={framework}")
    assert outcome.returncode == 1 and due in outcome.stdout and "Traceback" not in outcome.stdout


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_reference_mlp_on_every_backend(pytester, backend):
    outcome = run(pytester, backend, "--lazyinit", "--lazyinit-framework=keras", "-q")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    planned, ran = re.search(r"planned (\d+), ran (\d+):", outcome.stdout).groups()
    assert planned == ran != "0"


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_own_model_is_told_by_its_backend(pytester, backend):
    pytester.makepyfile(test_own=MODEL)
    outcome = run(pytester, backend, "test_own.py", "--lazyinit-report=r.json")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    found = read(pytester.path / "r.json").results
    assert len(found) == 4
    assert {result.framework for result in found} == ({"tensorflow", "keras"} if backend == "tensorflow" else {"keras"})
