"""Batches of other shapes in own models, told by the eager twin where a model does not carry them through row by row."""

from __future__ import annotations

from typing import Any, List

import numpy as np

from ..frameworks.base import Batch
from .clause import Violation, expect
from .trial import Trial


def initialized_twin(trial: Trial) -> Any:
    """The eager twin after a pass like the model's first."""
    twin = trial.twin()
    trial.first_pass(twin, what="the eager twin's pass")
    return twin


def rows_or_as_the_twin(trial: Trial, pairs, found) -> None:
    """A layer that normalizes over all axes but the first mixes the rows of an extra dimension, as its twin does."""
    try:
        trial.same_output([leaf for leaf, _ in pairs], [rows for _, rows in pairs], "rows with an extra leading dimension", 1e-4)
    except Violation:
        trial.same_output(found, in_the_twin(trial, trial.feed.leading(2, 3)), "the twin's output for an extra leading dimension", 1e-4)


def first_rows_or_as_the_twin(trial: Trial, pairs, part, batch: Batch, what: str) -> None:
    """A layer that normalizes by the statistics of each batch in evaluation too mixes the rows, as its twin does."""
    try:
        trial.same_output([found for found, _ in pairs], [rows for _, rows in pairs], what, 1e-4)
    except Violation:
        if trial.subject.shipped or not (trial.subject.like and trial.subject.same_values):
            raise
        trial.same_output(part, in_the_twin(trial, batch), "the twin's output for another batch size", 1e-4)


def as_the_twin_reads_it(trial: Trial, found) -> None:
    """An own model that takes the extra dimension for another axis (a mean over axes 1 and 2) does so as its twin."""
    trial.require(trial.subject.like, "the model reads an extra leading dimension as another axis; give like=, to tell whether the eager model does")
    due = [leaf.shape for leaf in in_the_twin(trial, trial.feed.leading(2, 3))]
    expect([leaf.shape for leaf in found] == due, f"outputs of shapes {due} for an extra leading dimension, as the eager twin's", [leaf.shape for leaf in found])


def in_the_twin(trial: Trial, batch: Batch) -> List[np.ndarray]:
    """The eager twin's output in evaluation."""
    twin = initialized_twin(trial)
    with trial.evaluating(twin):
        return trial.apply(twin, batch)
