"""Every labelled submission earns exactly its marks, in the real processes, whatever is drawn."""

from __future__ import annotations

import re

import pytest

from tests.grading.corpus_runs import FOLDER, NEWER, earns_its_marks, graded, labels

LABELS = labels()


@pytest.mark.parametrize("label", [one for one in LABELS if one.folder not in NEWER], ids=lambda one: one.name)
def test_a_submission_earns_its_marks(label):
    earns_its_marks(label)


@pytest.mark.parametrize("name", ["torch/right_sequential.py", "torch/ranks.py", "torch/wrong_claims.py", "mxnet/right_untouched.py", "mxnet/pass_made.py"])
def test_marks_do_not_depend_on_what_is_drawn(name):
    label = next(one for one in LABELS if one.name == name)
    assert {tuple(exercise["score"] for exercise in graded(label, seed)["exercises"].values()) for seed in (1, 2, 3, 4)} \
        == {tuple(float(label.score(number)) for number in "123")}


def test_feedback_holds_no_drawn_number_and_nothing_of_ours():
    label = next(one for one in LABELS if one.name == "torch/wrong_claims.py")
    text = " ".join(line for exercise in graded(label, 5)["exercises"].values() for line in exercise["feedback"])
    numbers = set(re.findall(r"\d+", re.sub(r"line \d+|EX\d|ex\d|from 1 to 512", "", text)))
    assert not numbers and "Traceback" not in text and "pytest_lazyinit" not in text and "site-packages" not in text


def test_every_submission_has_a_label_and_there_are_enough():
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in (".py", ".ipynb")}
    assert files == {one.name for one in LABELS}
    assert len(LABELS) >= 40 and {one.framework for one in LABELS} == {"torch", "tensorflow", "flax", "mxnet"}


def test_a_wrong_label_is_noticed():
    """The comparison can fail: the marks of a wrong submission are not those of a right one."""
    wrong, right = (next(one for one in LABELS if one.name == name) for name in ("torch/told_all.py", "torch/right_functions.py"))
    scores = {number: exercise["score"] for number, exercise in graded(wrong)["exercises"].items()}
    assert all(scores[number] < float(right.score(number)) for number in "123")
