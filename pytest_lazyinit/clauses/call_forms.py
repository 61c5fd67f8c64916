"""The forms in which a first pass is called, and that each does what it does in the eager twin."""

from __future__ import annotations

from typing import Optional

from ..frameworks.base import Batch
from ..results import NOT_PROBED
from .compare import same_values
from .donor import weights
from .trial import Trial


def call_forms(trial: Trial) -> dict:
    """The forms of a call with the example's data."""
    forms = {"positional": trial.batch()}
    if trial.subject.batch_axis is not None:
        forms.update({"unbatched": trial.feed.mapped(lambda rows, axis: rows.take(0, axis)), "batch of one": trial.feed.of_rows(1),
                      "extra leading dimension": trial.feed.leading(2, 3), "empty batch": trial.feed.of_rows(0)})
    named = by_keyword(trial, trial.batch())
    if trial.subject.call is not None:
        trial.observe("keyword", f"{NOT_PROBED}the subject has its own call")
    elif named is not None:
        forms["keyword"] = named
    return forms


def by_keyword(trial: Trial, batch: Batch) -> Optional[Batch]:
    """The same input by its name, if there is one of one argument."""
    if not trial.offers("keyword") or len(batch.args) != 1 or trial.subject.call is not None:
        return None
    if "keyword" not in trial.memo:
        trial.memo["keyword"] = trial.adapter.keyword(trial.build())
    return Batch((), {trial.memo["keyword"]: batch.args[0], **batch.kwargs})


def as_taken(trial: Trial, batch: Batch) -> Batch:
    """The same input by its name where a fresh model takes it so in its first pass, else by position."""
    named = by_keyword(trial, batch)
    if named is None:
        return batch
    if "by keyword" not in trial.memo:
        trial.memo["by keyword"] = trial.raised(lambda: trial.adapter.first_pass(trial.build(), named)) is None
    return named if trial.memo["by keyword"] else batch


def as_the_twin_answers(trial: Trial, name: str, form: Batch, again: Batch) -> None:
    """A form that the twin accepts is accepted, with the twin's output and values; ``again`` is the same form, for the twin."""
    accepted, found, twin = [], [], trial.twin()
    refused = trial.raised(lambda: accepted.extend(steady_pass(trial, twin, again)))
    model = trial.build()  # after the twin's pass, since it seeds
    error = trial.raised(lambda: found.extend(steady_pass(trial, model, form)))
    trial.observe(name, f"twin {'refuses' if refused else 'accepts'}, lazy {'refuses' if error else 'accepts'}")
    if refused is not None:
        return
    if error:
        raise error
    if trial.subject.same_values:
        trial.same_output(found, accepted, f"the twin's output in the form {name}")
        values, due = trial.as_twin(weights(trial, model)), weights(trial, twin)
        if all(part in values and value.shape == values[part].shape for part, value in due.items()):  # else the twin took it in its own shape
            same_values({part: values[part] for part in due}, due, f"the twin's after a call in the form {name}")


def steady_pass(trial: Trial, model, form: Batch) -> list:
    with trial.steady(model):
        return list(trial.adapter.leaves(trial.adapter.first_pass(model, form)))
