"""An unrelated project pays nothing: no numpy and no framework is imported. The proof itself can fail."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import pytest_lazyinit

HEAVY = ("numpy", "torch", "tensorflow", "keras", "jax", "flax", "mxnet", "jsonschema", "jinja2")
OURS = ("pytest_lazyinit", "pytest_lazyinit.plugin", "pytest_lazyinit.fixtures")
UNRELATED = f'''
import sys

def test_unrelated():
    assert "pytest_lazyinit.plugin" in sys.modules
    assert not [name for name in {HEAVY!r} if name in sys.modules]
    assert not [name for name in sys.modules if name.startswith("pytest_lazyinit") and name not in {OURS!r}]
'''


def run(pytester, monkeypatch, *arguments):
    # Other plugins may import what they like; here ours is alone.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return pytester.runpytest_subprocess("-p", "pytest_lazyinit.plugin", *arguments)


def test_an_unrelated_run_imports_no_numpy_and_no_framework(pytester, monkeypatch):
    pytester.makepyfile(UNRELATED)
    run(pytester, monkeypatch, "-W", "error", "--strict-markers").assert_outcomes(passed=1)


@pytest.mark.parametrize("culprit", ["import numpy", "import pytest_lazyinit.results"])
def test_the_proof_can_fail(pytester, monkeypatch, culprit):
    pytester.makepyfile(UNRELATED)
    pytester.makeconftest(culprit)
    run(pytester, monkeypatch).assert_outcomes(failed=1)


def imports(path: Path):
    """Modules that a file imports when it is imported: those at its top level."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("name", ["__init__", "plugin", "fixtures"])
def test_what_is_read_at_every_start_imports_stdlib_and_pytest_only(name):
    if not hasattr(sys, "stdlib_module_names"):
        stdlib = {"__future__", "typing", "functools", "importlib"}  # before Python 3.10
    else:
        stdlib = sys.stdlib_module_names
    found = set(imports(Path(pytest_lazyinit.__file__).parent / f"{name}.py"))
    assert found <= {*stdlib, "pytest"}


def test_nothing_private_of_pytest_is_imported():
    package = Path(pytest_lazyinit.__file__).parent
    private = [path for path in package.rglob("*.py") if any(name.startswith("_pytest") for name in imports(path))]
    assert not private
