"""The reproductions of the deviations that are meant for the installed versions end as they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import repros


@pytest.mark.parametrize("framework", ["torch", "tensorflow", "flax", "mxnet"])
def test_every_reproduction_ends_as_it_says(framework):
    done = subprocess.run([sys.executable, "-m", "tests.repros", framework], cwd=Path(__file__).parents[1], capture_output=True, text=True,
                          env={**os.environ, "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"})
    assert done.stdout.strip().endswith(" reproductions, 0 end otherwise than they say"), f"{done.stdout}\n{done.stderr}"
    assert int(done.stdout.split()[-8]) >= 20


@pytest.mark.parametrize("code, outcome, otherwise", [
    ("f()  # ValueError: no", "ValueError: no", False), ("f()  # ValueError: no", None, True), ("f()  # ValueError: no", "TypeError: no", True),
    ("f()  # perhaps the process is killed", None, False), ("f()  # (2, 3)", None, False), ("f()  # (2, 3)", "ValueError: no", True), ("f()  # raises, or the process is killed", "Segmentation fault", False),
    ("try: f()  # ValueError\nexcept ValueError: print(1)", None, False), ("f()  # ValueError, in Keras 3 TypeError", "TypeError: no", False),
])
def test_another_end_than_the_last_comment_names_is_told(code, outcome, otherwise):
    assert repros.differs(code, outcome) is otherwise


def test_a_child_that_dies_is_an_outcome():
    assert repros.run({}, "", "import os; os.abort()") == ("Aborted", "")
    assert repros.run({}, "x = 1", "print(x + 1)") == (None, "2\n")
