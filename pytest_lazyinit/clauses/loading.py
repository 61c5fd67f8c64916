"""What the clauses of the phase ``state`` look at in a model that was given values."""

from __future__ import annotations

from typing import Any, Callable, Sequence

import numpy as np

from ..frameworks.base import NotOffered, Placement
from ..frameworks.states import Saving
from .clause import expect
from .compare import changed, same_values
from .copying import same_configuration
from .donor import MOVED, OVERWRITTEN, Donor, weights
from .trial import Trial, describe, kinds_named


def parameters(trial: Trial, donor: Donor, model) -> None:
    """Nothing of what was loaded is uninitialized, and it has the values."""
    late = [name for name in trial.uninitialized(model) if name in donor.values]
    expect(not late, "nothing uninitialized that has been loaded", late)
    donor.stay_in(model, "loaded")


def declared(trial: Trial, donor: Donor, model) -> None:
    """The dimensions that the layers report are those of the values."""
    due, found = trial.adapter.declared(donor.model), trial.adapter.declared(model)
    wrong = {name: found.get(name) for name in due if found.get(name) != due[name]}
    expect(not wrong, f"dimensions { {name: due[name] for name in wrong} } as the loaded values have", wrong,
           "loading fills the parameters and does not tell the layer")


def class_and_attributes(trial: Trial, donor: Donor, model) -> None:
    """All but the declared dimensions, which are a probe of their own, is as in a model after its first pass."""
    due, dimensions = trial.adapter.configuration(donor.model), ("repr", *trial.adapter.declared(donor.model))
    same_configuration(trial, model, due, "after a first pass", "the layer stays lazy though nothing of it is uninitialized", dimensions)


def evaluated(trial: Trial, donor: Donor, model) -> None:
    """In evaluation mode the first pass moves nothing, buffers included; nothing is asked of a model that has no such mode."""
    usual = trial.initialized()
    before = trial.adapter.values(usual)
    with trial.evaluating(usual):
        trial.apply(usual)
    if changed(trial.adapter.values(usual), before):
        return
    with trial.evaluating(model):
        trial.first_pass(model, what="the first pass after loading, in evaluation mode")
    donor.given_to(model, "loaded, after a pass in evaluation mode")


def bound(trial: Trial, donor: Donor, model) -> None:
    """The loaded model is bound to the width of its values."""
    kinds, width = trial.mismatch_errors, trial.wrong_widths[0]
    error = trial.raised(lambda: trial.adapter.apply(model, trial.at_width(width)))
    trial.observe("another width", describe(error) if error else "accepted")
    expect(isinstance(error, kinds), f"width {width} rejected by {kinds_named(kinds)} after loading values of width {trial.width}",
           trial.observations["another width"])
    donor.stay_in(model, "loaded, after a rejected call")


def other_units(trial: Trial, donor: Donor, model) -> None:
    """Values that contradict what the lazy layer declares are refused."""
    kinds = trial.adapter.state_errors
    state = trial.adapter.state(trial.initialized(builder=trial.subject.other_units.builder))
    error = trial.raised(lambda: trial.adapter.load(model, state))
    expect(isinstance(error, kinds), f"values of another number of units refused by {kinds_named(kinds)}", describe(error) if error else "accepted",
           "loading takes the shapes of the values without comparing what the layer declares")


def in_its_type(trial: Trial, saving: Saving, placement: Placement, build: Callable[[], Any]) -> None:
    """Values of another type than the default one travel in it."""
    def made():
        model = placement.prepare(build())
        trial.first_pass(model, placement.convert(trial.batch(dtype=placement.input_dtype)), f"the first pass after {placement.name}")
        return model
    with placement.around():
        try:
            donor, receiver = made(), made()
        except Exception as error:
            if trial.subject.shipped or trial.subject.documented or isinstance(error, NotOffered):
                raise
            raise NotOffered(f"The model takes no first pass after {placement.name}, which before.placement_remembered judges.") from None
        trial.adapter.perturb(receiver, MOVED)
        model = saving.load(receiver, saving.save(donor))
        types, found = ({fact.name: fact.dtype for fact in trial.adapter.parameters(one)} for one in (donor, model))
        due, values = weights(trial, donor), weights(trial, model)
    kept = [name for name in trial.adapter.kept(donor) if name in values and name in due]
    wrong = {name: found[name] for name in kept if found[name] != types[name]}
    expect(not wrong, f"values saved after {placement.name} to come back in their type", wrong)
    same_values({name: values[name] for name in kept}, {name: due[name] for name in kept}, f"saved after {placement.name}")


# -- partial states ---------------------------------------------------------------------------------------------------


def loosely(trial: Trial, donor: Donor, names: Sequence[str], build: Callable[[], Any]) -> None:
    """What the partial state holds is kept by the first pass, which initializes the rest."""
    adapter = trial.adapter
    with adapter.poisoned():
        model = build()
        adapter.load_loosely(model, adapter.part(adapter.state(donor.model), names))
        with trial.steady(model):
            trial.first_pass(model, what="the first pass after loading in part")
    values = adapter.values(model)
    moved = {fact.name for fact in adapter.parameters(model) if fact.buffer}
    due = {name: donor.values[name] for name in names if name not in moved}
    same_values({name: values[name] for name in due if name in values}, due, "in the partial state", OVERWRITTEN)
    late = [name for name in trial.uninitialized(model) if name not in trial.left]
    garbage = [name for name, value in weights(trial, model).items() if np.issubdtype(value.dtype, np.floating) and not np.isfinite(value).all()]
    absent = [name for name, shape in trial.shapes_at().items() if shape is not None and name not in trial.shapes(model)]  # where a tree holds them
    expect(not late and not garbage and not absent, "all the rest initialized by the first pass",
           f"{late + absent} uninitialized, {garbage} not written")


def strictly(trial: Trial, donor: Donor, state: Any, build: Callable[[], Any]) -> None:
    """A state that lacks something or has too much is refused."""
    model, kinds = build(), trial.adapter.state_errors
    error = trial.raised(lambda: trial.adapter.load(model, state))
    expect(isinstance(error, kinds), f"it refused by {kinds_named(kinds)}", describe(error) if error else "accepted")


def untouched(trial: Trial, donor: Donor, state: Any, build: Callable[[], Any]) -> None:
    """Where such a state is refused the model is as it was."""
    model = build()
    before = trial.snapshot(model)
    if trial.raised(lambda: trial.adapter.load(model, state)) is not None:
        expect(trial.snapshot(model) == before, "a model untouched by a refused state", trial.shapes(model), "loaded in part before the entries were compared")


def received(trial: Trial, donor: Donor, placement: Placement, build: Callable[[], Any]) -> None:
    """A receiver keeps its dtype, device and trainability whatever the values have."""
    with placement.around():
        model = placement.prepare(build())
        trial.adapter.load_loosely(model, trial.adapter.state(donor.model))
        trial.first_pass(model, placement.convert(trial.batch(dtype=placement.input_dtype)), f"the first pass after {placement.name} and loading")
        wrong = {fact.name: getattr(fact, key) for fact in trial.adapter.parameters(model) if fact.name in donor.values and not fact.buffer
                 for key, due in placement.expected.items() if getattr(fact, key) != due}
    expect(not wrong, f"parameters with {dict(placement.expected)} after loading into {placement.name}", wrong, "the values' own are taken over")
