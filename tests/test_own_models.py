"""The public API on plain models of one's own, in each framework, and what it says of wrong ones."""

from __future__ import annotations

import importlib

import pytest

from pytest_lazyinit import Subject, check, observe

from . import own_models

FRAMEWORKS = ["torch", "tensorflow", "flax", "mxnet"]
SHAPES = {
    "torch": {"hidden.weight": (16, 20), "*.bias": (16,)},
    "tensorflow": {"hidden/kernel": (20, 16), "hidden/bias": (16,)},
    "flax": {"hidden/kernel": (20, 16), "hidden/bias": (16,)},
    "mxnet": {"hidden.weight": (16, 20), "hidden.bias": (16,)},
}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_plain_model_needs_one_line(framework):
    results = check(own_models.encoder(framework), input_shape=(32, 20))
    assert not {result.clause: result.message for result in results if result.verdict in ("FAIL", "error", "not run")}
    assert {result.framework for result in results} == {framework}
    assert next(result for result in results if result.clause == "after.shapes").verdict == "ok"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_shapes_are_compared(framework):
    builder = own_models.encoder(framework)
    right = check(builder, input_shape=(32, 20), shapes=SHAPES[framework], clauses=["after.shapes"])
    wrong = {name: tuple(size + 1 for size in shape) for name, shape in SHAPES[framework].items()}
    assert right[0].verdict == "ok", right[0].message
    found = check(builder, input_shape=(32, 20), shapes=wrong, clauses=["after.shapes"])[0]
    assert found.verdict == "FAIL" and "given in shapes=" in found.message


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_twin_is_compared(framework):
    catalogue = importlib.import_module(f"pytest_lazyinit.catalogue.{framework}")
    same = check(catalogue.mlp, input_shape=(2, 20), like=lambda: catalogue.mlp(20, 256), clauses=["after.twin_values", "after.shapes"])
    assert [result.verdict for result in same] == ["ok", "ok"], same
    other = check(catalogue.mlp, input_shape=(2, 20), like=lambda: catalogue.mlp(20, 256, classes=7), clauses=["after.shapes"])
    assert other[0].verdict == "FAIL" and "the eager twin's" in other[0].message


def test_the_authors_own_deviation_is_named_and_strict():
    builder = own_models.encoder("torch")
    wrong = check(builder, input_shape=(32, 20), shapes=[(1, 1)] * 2, clauses=["after.shapes"], expected={"after.shapes": "work in progress"})
    assert wrong[0].verdict == "deviation" and wrong[0].deviation[0]["reason"] == "work in progress"
    fine = check(builder, input_shape=(32, 20), clauses=["after.shapes"], expected={"after.shapes": "work in progress"})
    assert fine[0].verdict == "FAIL" and "no longer deviates" in fine[0].message


def test_an_unused_lazy_layer_is_reported_by_name():
    result = check(own_models.with_an_unused_layer, input_shape=(32, 20), clauses=["after.nothing_uninitialized"])[0]
    assert result.verdict == "FAIL" and "unused.weight" in result.message and "stays_uninitialized=" in result.message
    declared = check(own_models.with_an_unused_layer, input_shape=(32, 20), clauses=["after.nothing_uninitialized"], stays_uninitialized=["unused.*"])
    assert declared[0].verdict == "ok"


def test_what_a_model_observes_stands_in_the_result():
    def builder():
        observe("built", "once more")
        return own_models.encoder("torch")()
    assert check(builder, input_shape=(32, 20), clauses=["before.constructs"])[0].observations["built"] == "once more"
    assert observe("outside", 3) == 3


def test_a_subject_takes_its_name_from_the_builder():
    assert Subject(own_models.with_an_unused_layer, (2, 20)).name == "with_an_unused_layer"
    assert Subject(lambda: None, (2, 20)).name == "model"


def test_contract_makes_one_item_a_clause(pytester):
    pytester.makepyfile("""
        import torch
        from pytest_lazyinit import contract
        class Encoder(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.hidden = torch.nn.LazyLinear(16)
            def forward(self, x):
                return torch.relu(self.hidden(x))
        test_encoder = contract(Encoder, input_shape=(32, 20))
    """)
    result = pytester.runpytest_subprocess("-v", "-p", "no:randomly", "--lazyinit-report=r.json")
    result.stdout.fnmatch_lines(["*::test_encoder[[]cpu-before.constructs] PASSED*", "*planned 50, ran 50*"])
    assert result.ret == 0, result.stdout.str()


def test_a_model_named_on_the_command_line(pytester):
    pytester.makepyfile(models="""
        import torch
        def Encoder():
            return torch.nn.Sequential(torch.nn.LazyLinear(16), torch.nn.Tanh())
    """)
    arguments = ["--lazyinit", "--lazyinit-model=models:Encoder", "--lazyinit-input=32,20", "-k", "test_models", "-v"]
    result = pytester.runpytest_subprocess(*arguments)
    result.stdout.fnmatch_lines(["*test_model[[]cpu-Encoder-after.shapes] PASSED*"])
    assert result.ret == 0, result.stdout.str()


def test_copies_tell_a_fault_of_the_model_from_that_of_a_layer_inside():
    """PyTorch cannot copy an uninitialized buffer, which is declared; an author's own deepcopy that fails is the author's."""
    declared = check(own_models.normalized, input_shape=(32, 20), clauses=["before.copies_stay_lazy"])[0]
    assert declared.verdict == "deviation", declared.message
    assert {entry["layer"] for entry in declared.deviation} == {"LazyBatchNorm1d with UninitializedBuffer"}
    own = check(own_models.uncopied, input_shape=(32, 20), clauses=["before.copies_stay_lazy"])[0]
    assert own.verdict == "FAIL" and "[deepcopy]" in own.message and "no copies" in own.message and not own.deviation
    both = check(own_models.normalized_and_uncopied, input_shape=(32, 20), clauses=["before.copies_stay_lazy"])[0]
    assert both.verdict == "FAIL" and "no copies" in both.message
