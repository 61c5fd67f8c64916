"""Exercise 1 from facts alone: whose parameters existed when, and what was claimed of them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.grading.scripted import Scripted, claimed, graded, parameter

FIRST = [("0.weight", [256, 20]), ("0.bias", [256])]
REST = [("2.weight", [10, 256]), ("2.bias", [10])]
HALF, ONE = Fraction(1, 2), Fraction(1)


def network(early, claim=(True, False), width=20, passes=0, after=(*FIRST, *REST), form="", by="", started=None, **built):
    """A session whose network has some parameters early and all after the pass."""
    before = [parameter(name, shape, name in early, by) for name, shape in after]
    begun = before if started is None else [parameter(name, shape, name in started, by) for name, shape in after]
    told = {"width": width, "claim": claimed(first=claim[0], rest=claim[1]), "form": form, "passes": passes, "parameters": before, **built}
    return Scripted(build1=told, pass1=lambda x: {"started": begun, "output": [x["shape"][0], 10], "parameters": [parameter(*one) for one in after]})


F, R = [name for name, _ in FIRST], [name for name, _ in REST]


@pytest.mark.parametrize("early, claim, score", [
    (F, (True, False), ONE), (F, (True, True), HALF), (F, (False, False), HALF),
    (F + R, (True, True), HALF), (F + R, (True, False), 0),
    ([], (False, False), HALF), ([], (True, False), 0),
    (F + ["2.bias"], (True, False), HALF),
])
def test_structure_and_claim_in_a_framework_that_builds_layer_by_layer(early, claim, score):
    assert graded("1", network(early, claim)).score == score


@pytest.mark.parametrize("framework, early, claim, other, score", [
    ("mxnet", F + ["2.bias"], (True, False), {}, ONE),          # Gluon's later biases come at once
    ("mxnet", F + R, (True, True), {}, HALF),                   # a weight that is there was told its width
    ("mxnet", [], (False, False), {"started": F + ["2.bias"]}, ONE),  # untouched: nothing before initialize()
    ("mxnet", [], (True, False), {"started": F + ["2.bias"]}, ONE),
    ("mxnet", [], (True, True), {"started": F + ["2.bias"]}, HALF),
    ("tensorflow", F + R, (True, True), {"by": "symbolic"}, ONE),  # Keras built it from an Input
    ("tensorflow", F + R, (True, True), {"by": "told"}, HALF),
    ("tensorflow", F + R, (True, True), {"by": "data"}, HALF),
    ("tensorflow", F + R, (True, False), {"by": "symbolic"}, HALF),
    ("flax", [], (False, False), {"form": "linen"}, ONE),
    ("flax", [], (True, False), {"form": "linen"}, HALF),
    ("flax", F + R, (True, True), {"by": "eager", "form": "nnx"}, ONE),
    ("flax", F + R, (True, True), {"form": "linen-given", "passes": 1}, HALF),
])
def test_each_framework_is_judged_by_what_it_does(framework, early, claim, other, score):
    assert graded("1", network(early, claim, **other), framework).score == score


def test_parameters_of_one_object_are_divided_by_their_shapes():
    raw = [("W1", [20, 20]), ("W2", [20, 20]), ("b1", [20]), ("b2", [20])]
    assert graded("1", network(["W1", "b1"], after=raw)).score == ONE
    assert graded("1", network(["W1", "W2", "b1"], after=raw)).score < ONE


def test_no_bias_is_as_good():
    bare = [("0.weight", [256, 20]), ("1.weight", [10, 256])]
    assert graded("1", network(["0.weight"], after=bare)).score == ONE


def test_a_single_number_between_the_layers_was_told_nothing():
    sloped = [*FIRST, ("1.weight", [1]), *REST]
    assert graded("1", network([*F, "1.weight"], after=sloped)).score == ONE
    wide = [*FIRST, ("1.weight", [256]), *REST]
    assert graded("1", network([*F, "1.weight"], after=wide)).score == HALF


def test_a_pass_in_ex1_costs_the_structure_even_if_nothing_shows_it():
    result = graded("1", network(F, passes=1))
    assert result.score == HALF and "untouched" in result.feedback[0] and result.feedback[0].startswith("line 4: ")


@pytest.mark.parametrize("width", [None, 20.0, True, "20", 0, 4097, -1, {"type": "Twenty"}])
def test_a_width_of_no_right_kind_is_told(width):
    result = graded("1", network(F, width=width))
    assert result.score == 0 and result.feedback == ("line 1: expected EX1_IN to be the input width of the first layer, a whole number from 1 to 4096",)


@pytest.mark.parametrize("claim", [None, 1, {"items": [["first", True]]}, {"items": [["first", 1], ["rest", 0]]}, {"items": [["first", "True"], ["rest", False]]},
                                   {"type": "Liar"}, {"items": [["first", {"type": "Liar"}], ["rest", False]]}])
def test_a_claim_of_no_right_form_earns_nothing(claim):
    session = network(F)
    session.replies["build1"]["claim"] = claim
    result = graded("1", session)
    assert result.score == HALF and result.feedback[0].startswith("line 8: expected EX1_CLAIM")


@pytest.mark.parametrize("reply", [{"output": [3], "parameters": "all", "started": []}, {"output": [3], "started": [{"name": 1}], "parameters": []},
                                   {"output": [3], "started": [], "parameters": [{"name": "a", "owner": "", "shape": [1 << 50], "exists": True, "by": ""}]}])
def test_a_reply_that_no_grader_sends_is_a_crash(reply):
    session = network(F)
    session.replies["pass1"] = lambda x: {**reply, "output": [x["shape"][0], 1]}
    result = graded("1", session)
    assert (result.score, result.status) == (0, "crashed")
