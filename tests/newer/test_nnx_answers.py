"""The labelled submissions that use NNX, graded as those of `tests/grading/test_corpus.py` are."""

from __future__ import annotations

import pytest

from tests.grading.corpus_runs import NEWER, earns_its_marks, labels

LABELS = [one for one in labels() if one.folder in NEWER]


def test_there_are_such_submissions():
    assert {one.folder for one in LABELS} == set(NEWER)


@pytest.mark.parametrize("label", LABELS, ids=lambda one: one.name)
def test_a_submission_with_nnx_earns_its_marks(label):
    earns_its_marks(label)
