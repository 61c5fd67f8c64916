"""The catalogue of layers: what introspection finds is covered, a new layer shows up, and every recipe is a subject of its own."""

from __future__ import annotations

import warnings

import pytest

from pytest_lazyinit import Subject, frameworks
from pytest_lazyinit.api import chosen
from pytest_lazyinit.catalogue import covering, flax_layers, mxnet_layers, tensorflow_layers, torch_layers
from pytest_lazyinit.clauses import CONTRACT
from pytest_lazyinit.engine import Engine
from pytest_lazyinit.frameworks.base import Unusable
from pytest_lazyinit.subjects import SubjectError

from .portion import portion

LAYERS = {"torch": torch_layers, "tensorflow": tensorflow_layers, "flax": flax_layers, "mxnet": mxnet_layers}
EXPORTED = {"torch": 13, "tensorflow": 37, "flax": 25, "mxnet": 26}
"""How many lazy layers PyTorch 2.13, TensorFlow 2.15, Flax 0.8.5 and MXNet 1.9 export."""


@pytest.mark.parametrize("framework", LAYERS)
def test_every_exported_layer_has_a_recipe(framework):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = covering.check(LAYERS[framework], strict=True)
    assert result.verdict == "ok", result.message
    assert len(result.observations["layers"].split(", ")) == EXPORTED[framework]


@pytest.mark.parametrize("framework, recipe, turn", [
    pytest.param(name, recipe, turn, id=f"{name}-{recipe.id}") for name, layers in LAYERS.items() for turn, recipe in enumerate(layers.RECIPES)])
def test_a_layer_meets_the_clauses_whose_turn_it_is(framework, recipe, turn):
    subject = recipe.subject(framework, LAYERS[framework].names)
    engine, asked = Engine(subject), [clause.id for clause in chosen(subject.clauses)]
    results = [engine.run(CONTRACT[name]) for name in portion(turn, share=10) if name in asked]
    assert not {result.clause: result.message for result in results if result.verdict in ("FAIL", "error")}


def test_a_new_layer_is_a_warning_and_fails_where_strict(monkeypatch):
    from torch import nn
    monkeypatch.setattr(nn, "LazyFold", type("LazyFold", (nn.LazyLinear,), {}), raising=False)
    with pytest.warns(covering.UncoveredLayer, match="no recipe covers LazyFold"):
        assert covering.check(torch_layers).verdict == "ok"
    result = covering.check(torch_layers, strict=True)
    assert result.verdict == "FAIL" and "none for LazyFold" in result.message


def test_what_is_said_not_to_be_lazy_would_be_taken_for_it_and_has_no_recipe():
    blocks = mxnet_layers.blocks()
    assert all(mxnet_layers.leaves_open(blocks[name]) for name in mxnet_layers.NOT_LAZY)
    assert not {recipe.exported for recipe in mxnet_layers.RECIPES} & set(mxnet_layers.NOT_LAZY)


@pytest.mark.parametrize("name, lazy", [("Dense", True), ("Embedding", False), ("PReLU", False), ("Conv2DLSTMCell", False), ("GroupNorm", False), ("Dropout", False)])
def test_introspection_tells_layers_whose_shapes_follow_the_input(name, lazy):
    assert mxnet_layers.leaves_open(mxnet_layers.blocks()[name]) is lazy


def test_a_layer_of_gluon_that_introspection_cannot_build_counts(monkeypatch):
    from mxnet.gluon import nn
    monkeypatch.setattr(nn, "Fold", type("Fold", (nn.HybridBlock,), {"__init__": lambda self, folds: None}), raising=False)
    assert "Fold" in mxnet_layers.exported()


@pytest.mark.parametrize("framework", LAYERS)
def test_recipes_have_names_of_their_own_and_sizes_that_differ(framework):
    recipes = LAYERS[framework].RECIPES
    assert len({recipe.id for recipe in recipes}) == len(recipes)
    shapes = {recipe.code: recipe.subject(framework, LAYERS[framework].names).shapes_in for recipe in recipes}
    assert [code for code, given in shapes.items() if any(len(set(shape)) < len(shape) for shape in given)] == []


def test_layers_of_keras_that_are_left_out_are_among_those_with_variables():
    left_out, found = tensorflow_layers.NOT_LAZY, tensorflow_layers.weighted()
    there = [name for name in left_out if name in tensorflow_layers.classes().values()]
    assert there and set(there) <= set(found), "an entry that introspection tells apart by itself is needless"
    assert all(reason.endswith(".") for reason in left_out.values())
    assert not {"Dropout", "MaxPooling2D", "Concatenate", "StringLookup", "UnitNormalization"} & set(found)


def test_a_layer_of_keras_whose_shapes_are_its_own_is_left_out_by_what_a_pass_makes():
    import tensorflow as tf
    layer = tf.keras.layers.Discretization([0.0, 1.0])
    layer(tf.ones((2, 3)))
    assert layer.weights == []


def test_a_new_layer_of_keras_is_found_by_the_code_of_its_class(monkeypatch):
    from tensorflow.keras import layers

    class Scale(layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=shape[-1:], name="scale")
    monkeypatch.setattr(layers, "Scale", Scale, raising=False)
    monkeypatch.setattr(layers, "Bare", type("Bare", (layers.Layer,), {}), raising=False)
    assert {"Scale", "Bare"} & set(tensorflow_layers.exported()) == {"Scale"}


def test_values_in_parts_and_orthogonal_ones_are_told():
    import numpy as np
    from pytest_lazyinit.catalogue.recipes import constant, orthogonal
    from pytest_lazyinit.clauses.initial_values import departure
    gates, matrix = constant((0.0, 1.0), "a page"), np.linalg.qr(np.arange(12.0).reshape(4, 3) ** 2 + np.eye(4, 3))[0]
    assert departure(np.array([0, 0, 1, 1], "float32"), gates) is None
    assert departure(np.array([0, 1, 0, 1], "float32"), gates) == "values from 0 to 1"
    assert departure(matrix, orthogonal("a page")) is None and departure(matrix.T, orthogonal("a page")) is None
    assert "wrong by up to" in departure(2 * matrix, orthogonal("a page"))


def test_a_package_that_comes_with_a_framework_can_say_which_versions_have_a_layer():
    from dataclasses import replace
    subject = replace(torch_layers.RECIPES[0].subject("torch", torch_layers.names), versions="numpy>=1000")
    assert Engine(subject).run(CONTRACT["after.shapes"]).message == "numpy>=1000 has it."


@pytest.mark.parametrize("code", ["nn.Embed(7, 5)", "nn.Einsum((20, 5), '...i,io->...o', use_bias=False)", "nn.PReLU()", "nn.Dropout(0.5, deterministic=True)"])
def test_what_is_told_apart_as_not_lazy_has_one_shape_for_all_inputs(code):
    import jax
    names = flax_layers.names()
    layer, dtype = eval(code, dict(names)), "int32" if "Embed" in code else "float32"
    assert type(layer).__name__ in flax_layers.NOT_LAZY
    widths = (20, 30) if "Einsum" not in code else (20,)  # another width contradicts the shape that it declares
    found = [jax.eval_shape(layer.init, jax.random.PRNGKey(0), names["jnp"].ones((4, width), dtype)) for width in widths]
    assert all(tree == found[0] for tree in found)


def test_what_is_told_apart_as_not_lazy_is_no_recipe():
    assert not {recipe.exported for recipe in flax_layers.RECIPES} & set(flax_layers.NOT_LAZY)


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
