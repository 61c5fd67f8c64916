"""The three exercises of the section, measured: what this framework does is recorded beside the verdict."""

from __future__ import annotations

from ..clauses import before, mismatch, varying
from ..clauses.clause import Clause, expect
from ..clauses.trial import Trial, describe


def first_layer_declared(trial: Trial) -> None:
    """Exercise 1: with the first layer's input dimension alone, the framework initializes at once what it documents."""
    before.partial.run(trial)
    model = trial.build(trial.subject.partial.builder)
    trial.adapter.start(model)
    early = {p.name for p in trial.adapter.parameters(model) if p.initialized}
    trial.first_pass(model)
    late = [name for name in trial.parameters(model) if name not in early]
    trial.observe("initialized by the first pass", ", ".join(late) or "nothing")


def mismatched_declared(trial: Trial) -> None:
    """Exercise 2: mismatched dimensions that were declared raise, at the first pass and not before."""
    mismatch.declared_conflict.run(trial)
    trial.observe("when", "first_pass")


def mismatched_second_pass(trial: Trial) -> None:
    """Exercise 2: an input of another dimension at the second pass raises the framework's error."""
    model, width = trial.initialized(), trial.width + 1
    error = trial.raised(lambda: trial.adapter.apply(model, trial.at_width(width)))
    trial.observe("raises", describe(error) if error else "nothing")
    expect(isinstance(error, trial.adapter.mismatch_errors), f"a second pass at width {width} to raise", trial.observations["raises"])


def varying_dimensions(trial: Trial) -> None:
    """Exercise 3: tied parameters serve inputs of varying dimension; gradients add up in the trunk and nothing is initialized again."""
    varying.many_widths.run(trial)
    trial.observe("widths", ", ".join(map(str, trial.subject.many_widths.widths)))


EXERCISES = [
    Clause("exercise.first_layer_declared", first_layer_declared, ("partial",), ("partial",)),
    Clause("exercise.mismatched_declared", mismatched_declared, (), ("conflict",)),
    Clause("exercise.mismatched_second_pass", mismatched_second_pass),
    Clause("exercise.varying_dimensions", varying_dimensions, (), ("many_widths",)),
]
