"""The catalogue of layers: what introspection finds is covered, a new layer shows up, and every recipe is a subject of its own."""

from __future__ import annotations

import warnings

import pytest

from pytest_lazyinit import Subject, frameworks
from pytest_lazyinit.catalogue import covering, torch_layers
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.engine import Engine
from pytest_lazyinit.frameworks.base import Unusable
from pytest_lazyinit.subjects import SubjectError

LAYERS = {"torch": torch_layers}


@pytest.mark.parametrize("framework", LAYERS)
def test_every_exported_layer_has_a_recipe(framework):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = covering.check(LAYERS[framework], strict=True)
    assert result.verdict == "ok", result.message
    assert len(result.observations["layers"].split(", ")) == {"torch": 13}[framework]


def test_a_new_layer_is_a_warning_and_fails_where_strict(monkeypatch):
    from torch import nn
    monkeypatch.setattr(nn, "LazyFold", type("LazyFold", (nn.LazyLinear,), {}), raising=False)
    with pytest.warns(covering.UncoveredLayer, match="no recipe covers LazyFold"):
        assert covering.check(torch_layers).verdict == "ok"
    result = covering.check(torch_layers, strict=True)
    assert result.verdict == "FAIL" and "none for LazyFold" in result.message


@pytest.mark.parametrize("framework", LAYERS)
def test_recipes_have_names_of_their_own_and_sizes_that_differ(framework):
    recipes = LAYERS[framework].RECIPES
    assert len({recipe.id for recipe in recipes}) == len(recipes)
    assert [recipe.code for recipe in recipes if len(set(recipe.shape)) < len(recipe.shape)] == []


def test_a_layer_that_a_version_lacks_is_not_applicable():
    from dataclasses import replace
    subject = replace(torch_layers.RECIPES[0].subject("torch", torch_layers.names), versions=">=1000")
    result = Engine(subject).run(CONTRACT["after.shapes"])
    assert (result.verdict, result.message) == ("n/a", "torch >=1000 has it.")


def test_where_the_framework_cannot_be_used_a_layer_is_not_run(monkeypatch):
    def unusable(name, device="cpu"):
        raise Unusable(f"{name} cannot be imported")
    monkeypatch.setattr(frameworks, "adapter", unusable)
    verdicts = {Engine(recipe.subject("torch", torch_layers.names)).run(CONTRACT["before.constructs"]).verdict for recipe in torch_layers.RECIPES}
    assert verdicts == {"not run"}, "the one red item is present.usable"


def test_versions_without_a_framework_are_refused():
    with pytest.raises(SubjectError, match="say framework= too"):
        Subject(object, input_shape=(2, 3), versions=">=1")


def test_the_documented_values_of_a_recipe_are_asked_for():
    from dataclasses import replace
    from pytest_lazyinit.catalogue.recipes import ones
    subject = replace(torch_layers.RECIPES[0].subject("torch", torch_layers.names), initial={"bias": ones("the wrong page")})
    assert "bias constant with scale 1" in Engine(subject).run(CONTRACT["after.distribution"]).message
