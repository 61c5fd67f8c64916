"""Exercise 3 from numbers alone, on models of NumPy that behave in each way a model can."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from pytest_lazyinit.grading.marking import Draw
from pytest_lazyinit.grading.settings import Settings
from tests.grading.scripted import graded, model

THIRD = Fraction(1, 3)


class Table:
    """Tied: one table, of which each width uses the upper rows."""

    def __init__(self, copied=False, most=512):
        self.most, self.copied, self.copies = most, copied, {}
        self.values = np.random.RandomState(0).randn(512, 3)

    def used(self, width):
        if width > self.most:
            raise_for(width)
        return self.copies.setdefault(width, self.values[:width].copy()) if self.copied else self.values[:width]

    def __call__(self, x):
        return x @ self.used(x.shape[1])

    def step(self, x, weights, rate):
        self.used(x.shape[1])[...] -= rate * np.sign(x.T @ weights)


def raise_for(width):
    raise AssertionError(f"no width {width}")


def session(table):
    return model(table, table.step)


def test_a_tied_model_earns_all_and_thirds_are_exact():
    result = graded("3", session(Table()))
    assert result.score == 1 and result.feedback == ()


def test_copies_are_not_tied():
    result = graded("3", session(Table(copied=True)))
    assert result.score == 2 * THIRD and abs(result.to_dict()["score"] - 2 / 3) < 1e-9 and "tied" in result.feedback[0]


def test_what_does_not_last_is_not_persistent():
    table = Table()
    kept = table.values.copy()

    def forgetful(x):
        if x.shape[1] < 24:
            found = table(x)
            table.values[...] = kept
            return found
        return table(x)
    result = graded("3", model(forgetful, table.step))
    assert result.score == 2 * THIRD and "no longer the trained one" in result.feedback[0]


def test_parameters_that_are_drawn_anew_earn_the_widths_alone():
    generator = np.random.RandomState(0)
    result = graded("3", model(lambda x: x @ generator.randn(x.shape[1], 3), lambda *_: True))
    assert result.score == THIRD and "drawn again" in result.feedback[0]


def test_no_parameters_no_second_and_third_mark():
    result = graded("3", model(lambda x: x.mean(axis=1, keepdims=True)))
    assert result.score == THIRD and "none took part" in result.feedback[0]


def test_a_step_without_effect_earns_neither():
    assert graded("3", model(lambda x: x.mean(axis=1, keepdims=True), lambda *_: True)).score == THIRD


@pytest.mark.parametrize("output", [lambda x: np.full((len(x), 2), np.nan), lambda x: np.zeros((len(x) + 1, 2)), lambda x: np.float32(0)])
def test_what_is_no_output_for_each_input_works_nowhere(output):
    assert graded("3", model(output)).score == 0


def test_zeros_before_any_training_are_an_output():
    table = Table()
    table.values[...] = 0
    assert graded("3", session(table)).score == 1


def test_the_same_answer_to_all_inputs_at_some_widths_is_none():
    table = Table()
    result = graded("3", model(lambda x: table(x) if x.shape[1] <= 100 else np.zeros((len(x), 3)), table.step))
    assert result.score == 2 * THIRD and "the same whatever the input" in result.feedback[0]


@pytest.mark.parametrize("reply", [{"output": {"shape": [3], "float32": "AAAA"}}, {"output": None}, {"output": {"shape": [-1], "float32": ""}}, {}])
def test_a_reply_that_is_no_array_is_a_crash(reply):
    found = model(lambda x: x)
    found.replies["outputs3"] = lambda x: reply
    assert (graded("3", found).status, graded("3", found).score) == ("crashed", 0)


def test_a_width_that_fails_names_the_line_and_no_number():
    found = session(Table())
    works = found.replies["outputs3"]
    failing = {"error": {"type": "RuntimeError", "module": "builtins", "bases": [], "text": "shape 3x317", "frames": [["student", 18], ["framework", 9]]}}
    found.replies["outputs3"] = lambda x: failing if x["shape"][1] > 128 else works(x)
    result = graded("3", found)
    assert result.score == 2 * THIRD
    assert result.feedback[0] == ("line 18: expected the model to take inputs (n, d) of any width d from 1 to 512; "
                                  "at some of the widths that were tried RuntimeError was raised")


def test_marks_follow_the_settings():
    settings = Settings(marks={"3": {"widths": Fraction(1, 10), "tied": Fraction(2, 10), "persistent": Fraction(7, 10)}}, weights={"3": Fraction(5)})
    result = graded("3", session(Table(copied=True)), settings=settings)
    assert (result.score, result.max) == (4, 5)


def test_widths_lie_within_the_bounds_and_differ_between_runs():
    drawn = {tuple(Draw(random.Random(seed)).widths()) for seed in range(50)}
    assert len(drawn) > 40 and all(len(set(widths)) == 5 and min(widths) == 1 and max(widths) == 512 for widths in drawn)
