"""What a copy of a model, initialized or untouched, must be: like the original, and independent of it."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Sequence

from .call_forms import as_taken
from .clause import expect
from .compare import changed, same_shapes, same_values
from .donor import Donor, routes_into_another, weights
from .trial import Trial, failed, matches

SHOWN = 3  # entries that a message names


def configuration(trial: Trial, model) -> Mapping[str, Any]:
    """Class, attributes, hooks and state keys; nothing where a model with a lazy mechanism of its own cannot say them untouched."""
    found: Dict[str, Any] = {}
    trial.raised(lambda: found.update(trial.adapter.configuration(model)))
    return found


def hooked(trial: Trial, model, what: str) -> Mapping[str, Any]:
    """The configuration after the first pass of a model on which a user has registered hooks."""
    trial.adapter.hooked(model)
    trial.first_pass(model, what=what)
    return trial.adapter.configuration(model)


def same_configuration(trial: Trial, model, due: Mapping[str, Any], when: str, cause: str, but: Sequence[str] = ()) -> None:
    """Class, attributes, hooks and state keys are what they were; a model that cannot say them any more is changed too."""
    found: Dict[str, Any] = {}
    error = trial.raised(lambda: found.update(trial.adapter.configuration(model))) if due else None
    if error is not None:
        raise failed(f"a model that says class and attributes as {when}", error, cause)
    wrong = [key for key in {**due, **found} if due and due.get(key) != found.get(key) and key not in but]
    told = {key: found.get(key) for key in sorted(wrong, key=lambda key: (not key.endswith("class"), key))[:SHOWN]}
    expect(not wrong, f"{ {key: due.get(key) for key in told} } as {when}", told, cause)


def copied(trial: Trial, copy: Callable[[Any], Any], build: Callable[[], Any]) -> None:
    """The copy has the original's parameters, values, class, attributes and output."""
    donor = Donor(trial, build())
    twin = copy(donor.model)
    expect(trial.snapshot(twin)[0] == trial.snapshot(donor.model)[0], "the copy's parameters as the original's", trial.shapes(twin))
    same_values(trial.adapter.values(twin), trial.adapter.values(donor.model), "the original's")
    same_configuration(trial, twin, trial.adapter.configuration(donor.model), "in the original", "a trace of laziness comes back with the copy")
    with trial.steady(twin):
        trial.same_output(trial.apply(twin, trial.batch()), donor.output, "the original's output", 1e-6)


def independent(trial: Trial, copy: Callable[[Any], Any], build: Callable[[], Any]) -> None:
    """Training the copy, and a pass that moves its statistics, leave the original as it was."""
    model = build()
    twin, values, everything = copy(model), weights(trial, model), trial.adapter.values(model)
    expect(not set(trial.identities(model).values()) & set(trial.identities(twin).values()), "parameter objects of its own", "shared ones")
    trial.adapter.perturb(twin, 0.5)
    same_values(weights(trial, model), values, "before its copy was trained", "the copy shares memory with the original")
    trial.apply(twin)
    same_values(trial.adapter.values(model), everything, "before a pass of its copy", "the copy shares memory with the original")
    expect(changed(weights(trial, twin), values) or not trial.trainable(twin), "a copy that can be trained", "the same values")


def tied(trial: Trial, copy: Callable[[Any], Any], build: Callable[[], Any]) -> None:
    """A layer that is used twice is one layer in the copy."""
    twin = copy(trial.initialized(builder=trial.subject.tied.builder))
    found = list(trial.parameters(twin))
    expect(len(found) == trial.subject.tied.count, f"{trial.subject.tied.count} distinct parameters in the copy of a tied model", found)
    expect(any(matches(name, trial.subject.tied.shared) for name in found), f"shared parameters {list(trial.subject.tied.shared)}", found)


def lazy_independent(trial: Trial, name: str, copy) -> None:
    """The copy of an untouched model says what the original says, and the first pass of neither touches the other."""
    model = trial.build()
    tuned = trial.adapter.tune(model)
    before = trial.snapshot(model)
    twin = copy(model)
    _tuned_alike(trial, twin, tuned)
    expect(trial.snapshot(twin)[0] == before[0], f"the copy by {name} to say of its parameters what the original says",
           [(p.name, p.shape, p.initialized) for p in trial.adapter.parameters(twin)])
    expect(not set(before[1].values()) & set(trial.identities(twin).values()), f"parameter objects of its own by {name}", "shared ones")
    trial.first_pass(twin, as_taken(trial, trial.at_width(trial.varied_width)), f"the first pass of the copy by {name}")
    expect(trial.snapshot(model) == before, f"the original untouched by its copy's first pass ({name})", trial.shapes(model))
    trial.first_pass(model, what=f"the original's first pass after {name}")
    same_shapes(trial.shapes(twin), trial.shapes_at(trial.varied_width), f"those of a fresh model at width {trial.varied_width}")


def _tuned_alike(trial: Trial, twin, due: Mapping[str, Any]) -> None:
    """What was noted at the parameters before the copy is noted at the copy's."""
    found = trial.adapter.configuration(twin) if due else {}
    lost = {key: found.get(key) for key in due if found.get(key) != due[key]}
    expect(not lost, f"{ {key: due[key] for key in list(lost)[:SHOWN]} } in the copy too", dict(list(lost.items())[:SHOWN]))


def lazy_apart(trial: Trial, name: str, copy) -> None:
    """The copy of an untouched model and the original are two where both stand in one model."""
    model = trial.build()
    expect(trial.adapter.apart(model, copy(model), trial.batch()) is not False, f"a model and its copy by {name} to be two in one model", "one",
           "the copy keeps what the framework tells layers apart by")


def lazy_loaded(trial: Trial, name: str, copy) -> None:
    """What is loaded into the copy of an untouched model, and hooks put on it, leave the original as it was."""
    model = trial.build()
    twin = copy(model)
    before, told = trial.snapshot(model), configuration(trial, model)
    trial.adapter.hooked(twin)
    same_configuration(trial, model, told, f"before hooks were put on its copy by {name}", "the copy shares its hooks with the original")
    for saving in routes_into_another(trial)[:1]:
        trial.raised(lambda: saving.load(twin, saving.save(Donor(trial).model)))  # whether an untouched model takes values is another clause's
    expect(trial.snapshot(model) == before, f"the original untouched by what its copy by {name} loads", trial.shapes(model))


def lazy_frozen(trial: Trial, name: str, copy) -> None:
    """What is frozen before the copy is frozen in it after its first pass."""
    model = trial.build()
    glob = trial.adapter.freeze(model)
    twin = copy(model)
    trial.first_pass(twin)
    thawed = [p.name for p in trial.adapter.parameters(twin) if matches(p.name, [glob]) and p.trainable and not p.buffer]
    expect(not thawed, f"parameters {glob} frozen in the copy too", f"trainable {thawed}")


def lazy_tied(trial: Trial, name: str, copy) -> None:
    """A layer that is used twice is one layer in the copy of an untouched model."""
    twin = copy(trial.build(trial.subject.tied.builder))
    trial.first_pass(twin)
    found = len(trial.parameters(twin))
    expect(found == trial.subject.tied.count, f"{trial.subject.tied.count} distinct parameters in the copy of a tied model", found)
