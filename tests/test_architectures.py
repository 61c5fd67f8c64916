"""Random architectures: drawn by seed, checked against the eager twin, and shrunk to code that can be pasted."""

from __future__ import annotations

import builtins
import re

import pytest

import pytest_lazyinit
from pytest_lazyinit import contract, frameworks
from pytest_lazyinit.catalogue import architectures, flax_layers, mxnet_layers, tensorflow_layers, torch_layers
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.engine import Engine
from pytest_lazyinit.subjects import Subject

LAYERS = {"torch": torch_layers, "tensorflow": tensorflow_layers, "flax": flax_layers, "mxnet": mxnet_layers}


def drawn(layers, seed, monkeypatch):
    """The architectures that a seed gives, none of them checked."""
    found = []
    with monkeypatch.context() as patch:
        patch.setattr(architectures, "checked", lambda architecture, *_: found.append(str(architecture)))
        architectures.search(layers, frameworks.adapter(layers.FRAMEWORK), 8, seed)
    return found


@pytest.mark.parametrize("framework", LAYERS)
def test_random_architectures_meet_the_contract(framework):
    result = architectures.check(LAYERS[framework], 2)
    assert (result.verdict, result.observations["architectures"]) == ("ok", "2"), result.message


@pytest.mark.parametrize("framework", LAYERS)
def test_a_seed_gives_the_same_architectures_and_another_one_others(framework, monkeypatch):
    first = drawn(LAYERS[framework], 1, monkeypatch)
    assert first == drawn(LAYERS[framework], 1, monkeypatch) != drawn(LAYERS[framework], 2, monkeypatch)


def test_what_fails_is_shrunk_to_code_that_fails_when_pasted(monkeypatch):
    from torch import nn
    original = nn.LazyBatchNorm2d.initialize_parameters

    def scaled(self, input):
        original(self, input)
        self.weight.data.fill_(2)
    monkeypatch.setattr(nn.LazyBatchNorm2d, "initialize_parameters", scaled)
    result = architectures.check(torch_layers, 60)
    assert result.verdict == "FAIL" and result.message.startswith("after.twin_values: ")
    code = result.message.partition("to paste:\n\n")[2]
    imports, pasted = code.split("globals().update(names())\n")
    assert imports == "from pytest_lazyinit import contract\nfrom pytest_lazyinit.catalogue.torch_layers import names\n\n"
    assert re.fullmatch(r"test_found = contract\(lambda: nn.Sequential\(nn.LazyBatchNorm2d\([^)]*\)\),\n +input_shape=\(.*\),\n +like=lambda: .*\)\n", pasted.strip() + "\n")
    monkeypatch.setattr(pytest_lazyinit, "contract", lambda builder, **known: Subject(builder, **known))
    names = {}
    exec(code, names)
    assert Engine(names["test_found"]).run(CONTRACT["after.twin_values"]).verdict == "FAIL"
    assert callable(contract(names["test_found"]))


def test_without_examples_or_hypothesis_the_reason_is_given(monkeypatch):
    assert architectures.check(torch_layers, 0).message == "No random architectures were asked for: --lazyinit-examples=0."
    original = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "hypothesis":
            raise ImportError(name)
        return original(name, *args, **kwargs)
    monkeypatch.setattr(builtins, "__import__", without)
    result = architectures.check(torch_layers, 3)
    assert (result.verdict, result.message) == ("n/a", architectures.ABSENT)
