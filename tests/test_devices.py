"""Devices: what is chosen from what is present, down to the selection, and the error that lists what was found."""

from __future__ import annotations

import pytest

from pytest_lazyinit import devices, frameworks
from pytest_lazyinit.devices import chosen, kinds, require, summary
from pytest_lazyinit.frameworks.base import Unusable
from pytest_lazyinit.options import Settings

MACHINES = {
    "torch": {"cpu": ["cpu"], "gpu": ["cuda:0", "cuda:1"], "tpu": []},
    "flax": {"cpu": ["cpu:0"], "gpu": [], "tpu": ["tpu:0"]},
    "mxnet": {"cpu": ["cpu(0)"], "gpu": [], "tpu": []},
}


class Answering:
    """An adapter that answers for a machine with accelerators."""

    version = "2.1.0"

    def __init__(self, name):
        self.name = name

    def devices(self):
        return MACHINES[self.name]


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    def adapter(name, device="cpu"):
        if name not in MACHINES:
            raise Unusable(f"{name} is broken")
        return Answering(name)
    monkeypatch.setattr(frameworks, "adapter", adapter)
    monkeypatch.setattr(frameworks, "installed", lambda name: True)
    devices.present.cache_clear()
    yield
    devices.present.cache_clear()


def test_kinds_keep_their_order():
    assert (kinds("torch"), kinds("flax"), kinds("mxnet"), kinds("tensorflow")) == (("cpu", "gpu"), ("cpu", "tpu"), ("cpu",), ())


@pytest.mark.parametrize("device, framework, allowed, found", [
    ("auto", "torch", devices.KINDS, ("cpu", "gpu")),
    ("auto", "torch", ("gpu",), ("gpu",)),
    ("gpu", "torch", devices.KINDS, ("gpu",)),
    ("gpu", "flax", devices.KINDS, ()),
    ("cpu", "torch", ("gpu",), ()),
    ("auto", "mxnet", devices.KINDS, ("cpu",)),
    ("auto", "tensorflow", devices.KINDS, ("cpu",)),  # broken: it says so once, on the cpu
    ("gpu", "tensorflow", devices.KINDS, ("gpu",)),
])
def test_chosen(device, framework, allowed, found):
    assert chosen(Settings(device=device), framework, allowed) == found


def test_without_a_known_framework_the_imported_ones_are_asked(monkeypatch):
    monkeypatch.setattr(devices, "loaded", lambda settings: ("torch", "flax"))
    assert chosen(Settings()) == ("cpu", "gpu", "tpu")
    monkeypatch.setattr(devices, "loaded", lambda settings: ())
    assert chosen(Settings()) == ("cpu",)


@pytest.mark.parametrize("asked", [Settings(), Settings(device="cpu"), Settings(device="gpu"), Settings(frameworks=("torch",), device="gpu")])
def test_a_device_that_is_somewhere_is_fine(asked):
    require(asked)


def test_an_absent_device_lists_what_was_found():
    with pytest.raises(pytest.UsageError) as caught:
        require(Settings(frameworks=("torch", "flax", "mxnet"), device="gpu"))
    assert str(caught.value) == "--lazyinit-device: no gpu is present for flax, mxnet; found torch: cpu, gpu; flax: cpu, tpu; mxnet: cpu"


def test_a_device_that_is_nowhere_is_an_error(monkeypatch):
    monkeypatch.setitem(MACHINES, "flax", MACHINES["mxnet"])
    with pytest.raises(pytest.UsageError, match="no tpu is present for torch, flax, mxnet"):
        require(Settings(device="tpu"))


def test_the_header_says_where_each_framework_runs():
    assert summary(Settings(device="gpu")) == {"torch": "2.1.0 (gpu)", "tensorflow": "unusable", "flax": "2.1.0 (no gpu)", "mxnet": "2.1.0 (no gpu)"}
