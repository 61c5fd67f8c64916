"""Fixtures of the harness' own tests."""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, Iterator, Mapping

import pytest

from pytest_lazyinit.results import Result

pytest_plugins = "pytester"

# A bound test function of the real shape, with verdicts by decree instead of a framework's.
STAND_IN = '''
import os
import pytest
from pytest_lazyinit.api import conclude
from pytest_lazyinit.results import Result

VERDICTS = {verdicts!r}
DEVIATION = dict(kind="bug", reason="it is slow", url="https://example.org/1", entry="torch:1", source="torch.toml")

@pytest.mark.lazyinit(subject="Encoder", framework={framework!r}, devices={devices!r})
@pytest.mark.parametrize("lazyinit_clause", list(VERDICTS))
def test_encoder(request, lazyinit_device, lazyinit_clause):
    verdict = VERDICTS[lazyinit_clause]
    if verdict == "crash":
        os.abort()
    if verdict == "raise":
        raise RuntimeError("the harness is broken")
    if verdict == "silent":
        return
    conclude(request, Result(
        lazyinit_clause, lazyinit_clause.split(".")[0], "Encoder", {framework!r} or "torch", "2.1.0", lazyinit_device, verdict,
        "" if verdict == "ok" else "expected a; found <b>", [DEVIATION] if verdict == "deviation" else [], {{"type": "X"}}, 0.1, "It holds."))
'''


class Imported:
    """Keeps what is imported: ``pytester`` forgets it after each run and test, and a framework imported a second time breaks."""

    def __init__(self):
        self._kept: Dict[str, Any] = {}
        self.folder = ""

    def pytest_unconfigure(self) -> None:
        self._kept.update((name, module) for name, module in sys.modules.items()
                          if not (getattr(module, "__file__", None) or "").startswith(self.folder))

    def restore(self) -> None:
        for name, module in self._kept.items():
            sys.modules.setdefault(name, module)


@pytest.fixture
def imported() -> Iterator[Imported]:
    kept = Imported()
    yield kept
    kept.restore()


@pytest.fixture
def pytester(imported, pytester: pytest.Pytester) -> Iterator[pytest.Pytester]:
    """Modules stay imported, after a run in this process and after the test."""
    imported.folder, in_process = str(pytester.path), pytester.runpytest_inprocess

    def run(*args: Any, **options: Any):
        try:
            return in_process(*args, plugins=[imported], **options)
        finally:
            imported.restore()
    pytester.runpytest_inprocess = run  # type: ignore[method-assign]
    yield pytester
    imported.pytest_unconfigure()


@pytest.fixture
def stand_in(pytester: pytest.Pytester) -> Callable[..., Any]:
    """Write a test file whose items end in the given verdicts."""
    def write(verdicts: Mapping[str, str], framework: str = "", devices: Any = ("cpu", "gpu", "tpu"), name: str = "test_own") -> Any:
        return pytester.makepyfile(**{name: STAND_IN.format(verdicts=dict(verdicts), framework=framework, devices=devices)})
    return write


@pytest.fixture
def result() -> Callable[..., Result]:
    """Make a result; what is not given is ordinary."""
    def make(clause: str = "after.shapes", verdict: str = "ok", **other: Any) -> Result:
        ordinary = dict(subject="mlp", framework="torch", version="2.1.0", device="cpu", statement="It holds.")
        return Result(clause=clause, phase=clause.split(".")[0], verdict=verdict, **{**ordinary, **other})
    return make
