"""Fixtures for tests of one's own, over the frameworks and devices of the run.

A test that asks for one of them runs once a framework and device: ``test_mine[torch-cpu]``.
"""

from __future__ import annotations

import functools
from typing import Any, Callable

import pytest

UNITS, HIDDEN = 20, 256


@pytest.fixture
def lazyinit_framework(request: pytest.FixtureRequest) -> str:
    """The framework's name: torch, tensorflow, flax or mxnet; one item for each that was asked for or is installed."""
    name = getattr(request, "param", "none")
    if name == "none":
        pytest.fail("no framework is installed; install one of pytest-lazyinit[torch], [tensorflow], [flax], [mxnet]", pytrace=False)
    return name


@pytest.fixture
def lazyinit_device(request: pytest.FixtureRequest) -> str:
    """The kind of device: cpu, gpu or tpu; the one asked for by --lazyinit-device, else the cpu."""
    from .options import settings
    asked = settings(request.config).device
    return getattr(request, "param", "cpu" if asked == "auto" else asked)


@pytest.fixture
def lazyinit_adapter(lazyinit_framework: str, lazyinit_device: str) -> Any:
    """The framework's adapter on the device: seeds, runs passes, lists parameters, reads values as NumPy."""
    from . import frameworks
    try:
        return frameworks.adapter(lazyinit_framework, lazyinit_device)
    except frameworks.Unusable as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture
def lazy_mlp(lazyinit_adapter: Any) -> Callable[[], Any]:
    """A builder of the reference MLP, Dense(256, relu) and Dense(10), with no input dimension declared."""
    return _catalogue(lazyinit_adapter).mlp


@pytest.fixture
def partial_mlp(lazyinit_adapter: Any) -> Callable[[], Any]:
    """A builder of the reference MLP with the first layer's input dimension (20) declared and no other."""
    return functools.partial(_catalogue(lazyinit_adapter).mlp, in_units=UNITS)


@pytest.fixture
def eager_mlp(lazyinit_adapter: Any) -> Callable[[], Any]:
    """A builder of the reference MLP with every dimension declared: the eager twin of lazy_mlp."""
    return functools.partial(_catalogue(lazyinit_adapter).mlp, in_units=UNITS, hidden_units=HIDDEN)


@pytest.fixture
def mlp_input(request: pytest.FixtureRequest, lazyinit_adapter: Any) -> Callable[..., Any]:
    """A maker of seeded input for the MLP, mlp_input(2, 20) by default: a float32 tensor on the device."""
    from .options import settings
    seed = settings(request.config).seed

    def make(*shape: int) -> Any:
        import numpy
        data = numpy.random.RandomState(seed).standard_normal(shape or (2, UNITS))
        return lazyinit_adapter.tensor(data.astype("float32"))
    return make


def _catalogue(adapter: Any) -> Any:
    from importlib import import_module
    return import_module(f"pytest_lazyinit.catalogue.{adapter.name}")
