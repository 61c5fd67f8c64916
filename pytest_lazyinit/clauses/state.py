"""Phase ``state``: values that leave one model and enter another, and what is initialized a second time."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from .clause import clause, expect
from .compare import same_shapes, same_values
from .copying import copied, independent, tied
from .donor import OVERWRITTEN, Donor, after_loading, demand_values_taken, layers_of, passed, weights
from .loading import bound, class_and_attributes, declared, evaluated, in_its_type, loosely, other_units, parameters, received, strictly, untouched
from .trial import Trial, describe, kinds_named


def _savings(trial: Trial) -> Dict[str, Any]:
    """The routes by which values are saved; what takes long for each model is left to the reference models."""
    return trial.affordable(trial.adapter.savings())


@clause("savings")
def save_before(trial: Trial) -> None:
    """Saving an untouched model is refused, or what is saved can be loaded and is untouched; saving leaves the model as it was."""
    def check(name, saving):
        model, kept = trial.build(), []
        before = trial.snapshot(model)
        error = trial.raised(lambda: kept.append(saving.save(model)))
        trial.observe(name, describe(error) if error else "saved")
        expect(trial.snapshot(model) == before, f"a model untouched by saving ({name})", trial.shapes(model))
        kinds = trial.adapter.access_errors + trial.adapter.refusal_errors
        expect(error is None or isinstance(error, kinds), f"{name} to save or be refused by {kinds_named(kinds)}", error)
        if error is None:
            _loaded_untouched(trial, name, saving.load(trial.build(), kept[0]), before)
        trial.first_pass(model, what="the first pass after saving")
        same_shapes(trial.shapes(model), trial.shapes_at(), "a fresh model's")
    trial.each(_savings(trial), check)


def _loaded_untouched(trial: Trial, name: str, model, before: tuple) -> None:
    """What was saved untouched says of its parameters what the saved model said, and its own first pass initializes it."""
    found = trial.snapshot(model)[0]
    expect(found == before[0], "what is loaded to say of its parameters what the saved model says", [(p.name, p.shape, p.initialized) for p in found])
    trial.first_pass(model, trial.at_width(trial.varied_width), f"the first pass of what {name} saved untouched")
    same_shapes(trial.shapes(model), trial.shapes_at(trial.varied_width), "a fresh model's")


@clause("savings")
def load_before(trial: Trial) -> None:
    """Values loaded before the first pass are taken up at initialization, or refused with the model untouched; they are never ignored."""
    donor = Donor(trial)

    def check(name, saving):
        trial.unless_eager_fails(name, lambda: taken(name, saving), lambda: saving.load(trial.initialized(), saving.save(donor.model)))

    def taken(name, saving):
        kept, model, loaded = saving.save(donor.model), trial.build(), []
        before, handles = trial.snapshot(model), dict(trial.adapter.handles(model))  # alive, so that no identity is used again
        error = trial.raised(lambda: loaded.append(saving.load(model, kept)))
        trial.observe(name, describe(error) if error else "loaded")
        if error is not None:
            _refused(trial, name, error, model, before)
            return
        found = after_loading(trial, loaded[0])
        donor.stay_in(loaded[0], "loaded before the first pass")
        trial.same_output(found, donor.output, "the output of the model whose values were loaded,", 1e-6)
        renewed = [part for part, handle in trial.adapter.handles(loaded[0]).items()
                   if part in trial.trainable(loaded[0]) and handles.get(part, handle) is not handle]
        expect(not renewed or not saving.same_objects, "parameter objects that keep their identity", f"{renewed} re-created",
               "an optimizer made before trains the old ones")
        if saving.read:
            given = saving.read(kept)
            trial.adapter.perturb(loaded[0], 0.25)
            same_values(saving.read(kept), given, "given, after the receiver was trained", "the receiver shares memory with what it was given")
    trial.each({name: saving for name, saving in _savings(trial).items() if not saving.whole}, check)


def _refused(trial: Trial, name: str, error: Exception, model, before: tuple) -> None:
    """Values that are refused before the first pass leave the model untouched, and fit for it."""
    kinds = tuple(dict.fromkeys(trial.adapter.state_errors + trial.adapter.refusal_errors))
    expect(isinstance(error, kinds), f"{name} to be taken or refused by {kinds_named(kinds)}", describe(error))
    expect(trial.snapshot(model) == before, "a model untouched by refused values", trial.shapes(model))
    trial.first_pass(model, what="the first pass after refused values")


@clause("savings")
def round_trip(trial: Trial) -> None:
    """Values saved after the first pass and loaded into another initialized model, or the eager twin and back, are bit for bit the same."""
    targets: Dict[str, Callable[[], Any]] = {"": trial.initialized}
    if trial.subject.like and not trial.subject.names:
        targets[", into the eager twin"] = lambda: passed(trial, trial.twin(), "the eager twin's pass")
    if trial.subject.shipped and trial.offers("freeze"):
        targets[", into a model frozen in part"] = lambda: passed(trial, _frozen(trial), "the first pass of a model frozen in part")

    def travelled(saving, build, target) -> None:
        donor = Donor(trial, build())
        model = saving.load(target(), saving.save(donor.model))
        donor.given_to(model, "saved")
        with trial.steady(model):
            trial.same_output(trial.apply(model, trial.batch()), donor.output, "the output of the model that was saved,", 1e-6)
        again = saving.load(trial.initialized(), saving.save(model))
        same_values(weights(trial, again), weights(trial, model), "saved twice")

    def check(name, item):
        saving, target = item
        if name in typed:
            trial.unless_eager_fails(name, lambda: in_its_type(trial, saving, target, trial.build), lambda: in_its_type(trial, saving, target, trial.eager))
            return
        if trial.subject.documented:
            travelled(saving, lambda: Donor(trial).model, target)
            return
        trial.unless_eager_fails(name, lambda: travelled(saving, lambda: Donor(trial).model, target),
                                 lambda: travelled(saving, lambda: passed(trial, trial.eager(), "a pass"), lambda: passed(trial, trial.eager(), "a pass")))
    typed = {f"{name}, {which}": (saving, placement) for which, placement in trial.affordable(trial.adapter.travelling()).items()
             for name, saving in _savings(trial).items() if not saving.trained}
    trial.each({**{name + where: (saving, target) for name, saving in _savings(trial).items() for where, target in targets.items()
                   if not (saving.whole and where) and not (saving.trained and "frozen" in where)}, **typed}, check)  # a whole model is loaded into none


def _frozen(trial: Trial):
    model = trial.build()
    trial.adapter.freeze(model)
    return model


@clause("savings", "state", "lazy_values")
def load_into_lazy(trial: Trial) -> None:
    """A lazy model that is given all values is as initialized: parameters, declared dimensions, class and attributes agree with them."""
    donor = Donor(trial)
    state = trial.adapter.state(donor.model)

    def loaded(build=trial.build):
        model = build()
        trial.adapter.load(model, state)
        return model
    demand_values_taken(trial, donor)

    def then_passed(build=trial.build):
        model = loaded(build)
        after_loading(trial, model)
        return model

    def check(name, probe):
        look, make = probe
        trial.unless_eager_fails(name, lambda: look(trial, donor, make()), lambda: look(trial, donor, make(trial.initialized)))
    looks = {"parameters": parameters, "declared dimensions": declared, "class and attributes": class_and_attributes}
    probes: Dict[str, Any] = {name: (look, loaded) for name, look in looks.items()}
    probes.update({f"{name} after the first pass": (look, then_passed) for name, look in looks.items()})
    probes["buffers after the first pass"] = (evaluated, loaded)
    probes["another width"] = (bound, loaded)
    if trial.subject.other_units:
        probes["another number of units"] = (other_units, lambda build=trial.build: build())
    trial.each(probes, check)


@clause("partial_load")
def partial_load(trial: Trial) -> None:
    """What a partial state holds is loaded with the receiver's dtype and trainability, and the first pass initializes the rest; strictly it is refused."""
    donor, adapter = Donor(trial), trial.adapter
    layers, state = trial.require(layers_of(donor.values), "a model whose state holds values"), adapter.state(donor.model)
    demand_values_taken(trial, donor)
    largest = max(layers, key=len)
    parts: Dict[str, List[str]] = {"nothing": [], "the first layer": layers[0], "one parameter of a layer": largest[:1], "all but one of a layer": largest[1:],
                                   "all but the first layer": [name for layer in layers[1:] for name in layer]}
    probes: Dict[str, Any] = {name: (loosely, names) for name, names in parts.items() if names or name == "nothing"}
    for name, changed in (("too few", adapter.part(state, list(donor.values)[:-1])), ("too many", adapter.extended(state))):
        probes.update({f"strictly, one entry {name}": (strictly, changed), f"strictly, one entry {name}, untouched": (untouched, changed)})
    probes.update({f"into {name}": (received, placement) for name, placement in trial.affordable(adapter.receivers()).items()})

    fresh = trial.build()
    before = trial.snapshot(fresh)
    adapter.start(fresh)
    if trial.snapshot(fresh) != before:  # what waits for its pass is another receiver than what waits for nothing
        probes["one parameter of a layer, once started"] = (loosely, largest[:1])

    def build():
        model = trial.build()
        adapter.start(model)
        return model

    def check(name, probe):
        run, given = probe
        lazy = build if name.endswith("once started") else trial.build
        if trial.subject.documented:
            run(trial, donor, given, lazy)
            return
        trial.unless_eager_fails(name, lambda: run(trial, donor, given, lazy), lambda: run(trial, donor, given, trial.initialized))
    with adapter.poisoned():
        trial.each(probes, check)


@clause("copies_after")
def copy_after(trial: Trial) -> None:
    """Copies of an initialized model have its values, class and attributes, and parameters of their own; tied parameters stay tied."""
    routes = trial.affordable(trial.adapter.copies_after())
    probes: Dict[str, Any] = {name: (copied, copy) for name, copy in routes.items()}
    probes.update({f"{name}, independent": (independent, copy) for name, copy in routes.items()})
    if trial.subject.tied:
        probes.update({f"{name}, tied": (tied, copy) for name, copy in routes.items()})

    def check(name, probe):
        run, copy = probe
        trial.unless_eager_fails(name, lambda: run(trial, copy, trial.initialized), lambda: run(trial, copy, lambda: passed(trial, trial.eager(), "a pass")))
    trial.each(probes, check)


@clause("reinitializations")
def reinitialize_refused(trial: Trial) -> None:
    """Initializing what is initialized, by a pass or by a load, is refused or does nothing; values are never discarded silently."""
    donor = Donor(trial)

    def by_a_load():
        model = trial.build()
        trial.adapter.load(model, trial.adapter.state(donor.model))
        return model
    starts: Dict[str, Callable[[], Any]] = {"": trial.initialized}
    if trial.raised(by_a_load) is None:
        starts[" after loading"] = by_a_load

    def check(name, item):
        again, start = item
        model = start()
        trial.adapter.perturb(model, 0.25)
        values = weights(trial, model)
        with trial.steady(model):  # a pass that normalizes its kernel moves it in an eager model too
            error = trial.raised(lambda: again(model, trial.batch()))
        trial.observe(name, describe(error) if error else "accepted")
        expect(error is None or isinstance(error, trial.adapter.refusal_errors), f"{name} to be refused clearly or to do nothing", error)
        same_values(weights(trial, model), values, f"before {name}", OVERWRITTEN)
        trial.apply(model, what=f"a pass after {name}")
    routes = trial.affordable(trial.adapter.reinitializations())
    trial.each({name + where: (again, start) for name, again in routes.items() for where, start in starts.items()}, check)
