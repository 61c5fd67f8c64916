"""Donor: an initialized model whose values other models are given."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional

import numpy as np

from ..frameworks.states import Saving
from .clause import Lacking
from .compare import same_values
from .trial import Trial

MOVED = 0.0625  # exact in every floating type
OVERWRITTEN = "the first pass initializes what has its values already; initialize only what is uninitialized"


class Donor:
    """An initialized model with values of its own, what of them a state keeps, and its output.

    Parameters
    ----------
    trial : Trial
    model : optional
        A model after its first pass; by default a fresh one under another seed than the trial's and moved off its first
        values, so that they are told apart, constants too.
    """

    def __init__(self, trial: Trial, model: Optional[Any] = None):
        self.trial = trial
        self.model = self._fresh() if model is None else model
        with trial.steady(self.model):
            self.output = trial.apply(self.model, trial.batch(), "a pass of the model whose values are kept")
        values = trial.adapter.values(self.model)
        self.values = {name: values[name] for name in trial.adapter.kept(self.model) if name in values}

    def _fresh(self) -> Any:
        self.trial.feed.prepare()  # the examples that both remember are those of the trial's seed
        model = Trial(self.trial.subject, self.trial.adapter, self.trial.seed + 1, self.trial.memo).initialized()
        self.trial.adapter.perturb(model, MOVED)
        self.trial.adapter.stir(model, MOVED)
        return model

    def given_to(self, model, whose: str) -> None:
        """Another model has these values, buffers included."""
        found = self.trial.adapter.values(model)
        same_values({name: found[name] for name in self.values if name in found}, self.values, whose)

    def stay_in(self, model, whose: str, cause: str = OVERWRITTEN) -> None:
        """Another model has these values after a pass, which moves buffers."""
        found = weights(self.trial, model)
        due = {name: value for name, value in self.values.items() if name in weights(self.trial, self.model)}
        same_values({name: found[name] for name in due if name in found}, due, whose, cause)


def equal_twin(trial: Trial, model):
    """The eager twin, where it has the model's values."""
    if not trial.subject.like or not trial.subject.same_values or trial.wavering:
        return None
    twin = trial.twin()
    trial.first_pass(twin, what="the eager twin's pass")
    due, found = trial.as_twin(trial.adapter.values(model)), trial.adapter.values(twin)
    return twin if set(due) == set(found) and all(np.array_equal(due[name], found[name]) for name in due) else None


def weights(trial: Trial, model) -> Dict[str, np.ndarray]:
    """The values that no pass moves: all but those of buffers."""
    buffers = {fact.name for fact in trial.adapter.parameters(model) if fact.buffer}
    return {name: value for name, value in trial.adapter.values(model).items() if name not in buffers}


def routes_into_another(trial: Trial) -> List[Saving]:
    """The routes by which values go from one model into another that is there already."""
    return [saving for saving in trial.adapter.savings().values() if not saving.whole] if trial.offers("savings") else []


def another_with_its_values(trial: Trial, model) -> Any:
    """Another initialized model that was given a model's values, by the first route that works; ``None`` if none does, which is for others to judge."""
    for saving in routes_into_another(trial):
        found: List[Any] = []
        if trial.raised(lambda: found.append(saving.load(trial.initialized(), saving.save(model)))) is None:
            return found[0]
    return None


def passed(trial: Trial, model, what: str):
    """A model after its first pass, in a mode that repeats itself."""
    with trial.steady(model):
        trial.first_pass(model, what=what)
    return model


def drawn_values(trial: Trial, build: Callable[[], Any], what: str) -> tuple:
    """Values after the first pass and the next random numbers; dropout's would come between the values of two lazy layers."""
    model = passed(trial, build(), what)
    return trial.adapter.values(model), trial.adapter.draw() if trial.offers("random_state") else None


def demand_values_taken(trial: Trial, donor: Donor) -> None:
    """An author's model that refuses values before its first pass is judged for that by one clause alone."""
    load = trial.adapter.load if trial.offers("lazy_values") else trial.adapter.load_loosely
    if not trial.subject.shipped and trial.raised(lambda: load(trial.build(), trial.adapter.state(donor.model))) is not None:
        raise Lacking("the model takes no values before its first pass, which state.load_before judges")


def after_loading(trial: Trial, model) -> List[np.ndarray]:
    """The output of the pass after a load. Who has all values does not call an initializer of one's own again."""
    complete = trial.subject.first_pass is not None and not trial.uninitialized(model)
    with trial.steady(model):
        return (trial.apply if complete else trial.first_pass)(model, trial.batch(), "the first pass after loading")


def layers_of(values: Mapping[str, Any]) -> List[List[str]]:
    """The names of parameters, layer by layer."""
    found: Dict[str, List[str]] = {}
    for name in values:
        found.setdefault(name.replace("/", ".").rpartition(".")[0], []).append(name)
    return list(found.values())
