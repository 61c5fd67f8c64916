"""What the clauses after the first pass train and freeze."""

from __future__ import annotations

from typing import Mapping, Optional

import numpy as np

from ..frameworks.base import NotOffered
from .clause import expect
from .compare import changed
from .donor import weights
from .trial import Trial, describe, matches

STEPS = 5


def early_optimizer(trial: Trial, model):
    """An optimizer made before the first pass; none where a model of one's own has no parameter yet and it is refused."""
    made = []
    try:
        error = trial.raised(lambda: made.append(trial.adapter.optimizer(model)))
    except NotOffered as why:
        trial.observe("an optimizer before the first pass", str(why))
        return None
    if error is not None:
        trial.observe("an optimizer before the first pass", describe(error))
        if trial.subject.shipped or any(not fact.buffer for fact in trial.parameters(model).values()):
            raise error
    return made[0] if made else None


def reached_by_the_pass(trial: Trial, model) -> list:
    """What is trainable, but for what is declared to be out of reach and what lies beside an uninitialized parameter in its layer."""
    unreached = {name.rpartition(".")[0] for name in trial.left} - {""}
    return [name for name in trial.trainable(model)
            if name.rpartition(".")[0] not in unreached and not matches(name, trial.subject.stays_uninitialized)]


def none_when_frozen(trial: Trial) -> None:
    """No gradient for what is frozen, gradients for the rest."""
    if not trial.offers("freeze"):
        return
    frozen = trial.build()
    try:
        glob = trial.adapter.freeze(frozen)
    except NotOffered as why:
        if trial.subject.shipped:
            raise
        trial.observe("frozen in part", str(why))
        return
    trial.first_pass(frozen, what="the first pass of a model frozen in part")
    reached = [name for name, value in trial.adapter.gradients(frozen, trial.later()).items() if value is not None]
    thawed = [name for name in reached if matches(name, [glob])]
    expect(not thawed, f"no gradient for the frozen {glob}", f"gradients for {thawed}", "the first pass forgets trainability")
    rest = [name for name in reached_by_the_pass(trial, frozen) if not matches(name, [glob])]
    expect(set(reached) & set(rest) or not rest, "gradients for the parameters that are not frozen", "none")
    if (trial.subject.like or trial.subject.shipped) and trial.adapter.thaw(frozen):
        again = trial.adapter.gradients(frozen, trial.later())
        due = [name for name in reached_by_the_pass(trial, frozen) if matches(name, [glob])]
        still = [name for name in due if again.get(name) is None]
        expect(not still, f"gradients for {glob} when it is no longer frozen", f"none for {still}", "frozen for good by the first pass")


def in_the_first_pass(trial: Trial, due: Mapping[str, Optional[np.ndarray]]) -> None:
    """The first pass itself, where it is differentiated, gives the gradients of a later one."""
    if not (trial.subject.like or trial.subject.shipped) or not trial.adapter.learns_at_once:
        return
    found = trial.adapter.gradients(trial.build(), trial.later())
    missing = [name for name, value in due.items() if value is not None and found.get(name) is None]
    expect(not missing, "gradients from the first pass itself", f"none for {missing}", "what infers the shapes is not recorded")
    if not trial.wavering:
        wrong = [name for name, value in due.items() if value is not None and not np.allclose(found[name], value, rtol=1e-4, atol=1e-6)]
        expect(not wrong, "the gradients of a later pass from the first one", f"others for {wrong}", "it ran in another mode, or with other values")
        _through_the_input(trial)


def _through_the_input(trial: Trial) -> None:
    """What comes before a model learns from its first pass as from a later one."""
    due, found = (trial.adapter.input_gradients(model, trial.later()) for model in (trial.initialized(), trial.build()))
    lost = [at for at, value in enumerate(due) if value is not None and found[at] is None]
    expect(not lost, "gradients of the input in the first pass", f"none for inputs {lost}", "the pass that infers the shapes runs on a detached input")
    wrong = [at for at, value in enumerate(due) if value is not None and not np.allclose(found[at], value, rtol=1e-4, atol=1e-6)]
    expect(not wrong, "the input's gradients of a later pass from the first one", f"others for inputs {wrong}")


def idle_in_twin(trial: Trial) -> set:
    """Parameters that no gradient moves in the eager twin either."""
    if not trial.subject.like or trial.subject.shipped:
        return set()
    twin = trial.twin()
    trial.first_pass(twin, what="the eager twin's pass")
    own = {theirs: ours for ours, theirs in trial.subject.names.items()}
    return {own.get(name, name) for name in trial.unmoved(twin)}


def steps(trial: Trial, model) -> list:
    optimizer = trial.adapter.optimizer(model)
    return [float(trial.adapter.step(model, optimizer, trial.later())) for _ in range(STEPS)]


def as_the_twin(trial: Trial, model, losses: list) -> None:
    """A trained model's losses, and its output in evaluation, are those of the twin trained so."""
    twin = trial.twin()
    trial.first_pass(twin, what="the eager twin's pass")
    due, trained = steps(trial, twin), []
    expect(np.allclose(losses, due, rtol=1e-4), f"the twin's losses {due}", losses)
    if np.isfinite(losses).all() and losses[-1] < losses[0]:  # else the values may have left all bounds
        for one in (model, twin):
            with trial.evaluating(one):
                trained.append(trial.apply(one))
        trial.same_output(*trained, "the output in evaluation after training, as the twin's,", 1e-4)


def trains_as_usual(trial: Trial, model, still: set, when: str) -> None:
    """Gradients reach every trainable parameter but for those that stand ``still``, and a step moves them.

    A step that moves all of them has shown both, so gradients are asked for themselves only where it has not.
    """
    before, idle = trial.adapter.values(model), set(trial.trainable(model)) - still
    if trial.offers("optimizer") and weights(trial, model):
        trial.adapter.step(model, trial.adapter.optimizer(model), trial.later())
        idle -= set(changed(trial.adapter.values(model), before))
    if not idle:
        return
    found = trial.adapter.gradients(model, trial.later())
    missing = [name for name in idle if found.get(name) is None or not found[name].any()]
    expect(not missing, f"gradients {when}", f"none for {missing}")
    expect(not trial.offers("optimizer"), f"a training step {when} to move every parameter", f"{sorted(idle)} not moved")
