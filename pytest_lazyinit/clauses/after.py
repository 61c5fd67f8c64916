"""Phase ``after``: after the first pass."""

from __future__ import annotations

import numpy as np

from ..frameworks.base import Batch
from .clause import clause, expect
from .compare import changed, close, expected_shapes, same_shapes, same_values
from .initial_values import departure
from .trial import Trial, matches

STEPS = 5
OWN_VALUE = 0.01


@clause()
def shapes(trial: Trial) -> None:
    """Every parameter has the shape of the eager twin, of the declared shapes, or follows the input's width alone."""
    found = trial.shapes(trial.initialized())
    trial.observe("shapes", ", ".join(f"{name} {shape}" for name, shape in found.items()))
    if trial.subject.shapes is not None:
        same_shapes({n: s for n, s in found.items() if n in expected_shapes(trial.subject.shapes, found)},
                    expected_shapes(trial.subject.shapes, found), "given in shapes=")
    if trial.subject.like:
        twin = trial.twin()
        trial.first_pass(twin, what="the eager twin's pass")
        same_shapes(found, trial.shapes(twin), "the eager twin's")
    expect(trial.input_facing(), f"a parameter whose shape follows the input's width ({trial.width}, {trial.other_width})",
           "none", "an axis was inferred from something else")
    larger = trial.initialized(trial.batch((trial.shape[0] + 1,) + trial.shape[1:]))
    same_shapes(trial.shapes(larger), found, "with another batch size")


@clause()
def nothing_uninitialized(trial: Trial) -> None:
    """After the first pass nothing is uninitialized, no dimension is unknown, and every value was written."""
    with trial.adapter.poisoned():
        model = trial.initialized()
    excused = trial.subject.stays_uninitialized
    facts = [fact for fact in trial.adapter.parameters(model) if not matches(fact.name, excused)]
    expect(facts, "parameters after the first pass", "none")
    late = [fact.name for fact in facts if not fact.initialized or fact.shape is None or None in fact.shape]
    expect(not late, "every parameter initialized by the first pass", f"{late} uninitialized",
           "the pass does not reach the layer; remove it, use it, or say stays_uninitialized=")
    values = trial.adapter.values(model)
    garbage = [fact.name for fact in facts if np.issubdtype(values[fact.name].dtype, np.floating)
               and not np.isfinite(values[fact.name]).all()]
    expect(not garbage, "every value written by an initializer", f"memory that nobody wrote in {garbage}")


@clause(knowledge=("like", "same_values"))
def twin_values(trial: Trial) -> None:
    """Under one seed the values are bit for bit the eager twin's, and the random state is left where the twin leaves it."""
    twin = trial.twin()
    trial.first_pass(twin, what="the eager twin's pass")
    due, drawn = trial.adapter.values(twin), trial.adapter.draw() if trial.offers("random_state") else None
    model = trial.initialized()
    found, drawn_after = trial.adapter.values(model), trial.adapter.draw() if trial.offers("random_state") else None
    same_values(found, due, "the eager twin's under the same seed", "another initializer, fan or order of drawing")
    expect(drawn is None or np.array_equal(drawn, drawn_after), "the random state as the twin leaves it", "another one",
           "initialization draws more or fewer numbers than the twin's")


@clause()
def distribution(trial: Trial) -> None:
    """Values follow the documented initializer with the true fan, for weight and for bias."""
    model = trial.initialized()
    initializers = trial.require(trial.adapter.initializers(model), "a layer whose initializer the framework documents")
    values = trial.adapter.values(model)

    def check(name, initializer):
        wrong = departure(values[name], initializer)
        expect(not wrong, f"{name} {initializer.kind} with scale {initializer.scale:.6g} ({initializer.source})", wrong,
               "values not initialized, or the fan taken from another axis")
    trial.each(initializers, check)


@clause(knowledge=("reference",))
def output(trial: Trial) -> None:
    """The first pass's output equals a NumPy computation from the parameters."""
    model = trial.build()
    found = trial.first_pass(model)
    close(found, [trial.subject.reference(trial.adapter.values(model), trial.array())], "the output of the first pass")


@clause(knowledge=("like",))
def twin_configuration(trial: Trial) -> None:
    """Class, attributes, repr, hooks and state keys are the eager twin's."""
    twin = trial.twin()
    trial.first_pass(twin, what="the eager twin's pass")
    due, found = trial.adapter.configuration(twin), trial.adapter.configuration(trial.initialized())
    expect(set(due) == set(found), f"the twin's entries {sorted(set(due) - set(found))}", f"{sorted(set(found) - set(due))} instead")

    def check(key, value):
        expect(found[key] == value, f"{key} {value!r} as the twin's", repr(found[key]), "a trace of laziness is left")
    trial.each(due, check)


@clause()
def idempotent(trial: Trial) -> None:
    """The second pass repeats the first; no parameter changes or is re-created, and an optimizer made before still trains them."""
    model = trial.build()
    trial.adapter.start(model)
    early = trial.identities(model)
    keep = dict(trial.adapter.handles(model))
    optimizer = trial.adapter.optimizer(model) if trial.offers("optimizer") else None
    first = trial.first_pass(model)
    identities, values = trial.identities(model), trial.adapter.values(model)
    renewed = [name for name in keep if identities.get(name) != early[name]]
    expect(not renewed, "parameter objects that keep their identity at the first pass", f"{renewed} re-created")
    second = trial.apply(model)
    close(second, first, "the second pass's output, equal to the first's,", 1e-6)
    expect(trial.identities(model) == identities, "no parameter re-created by the second pass", "other objects")
    now = trial.adapter.values(model)
    moved = [name for name in changed(now, values) if name in trial.trainable(model)]
    expect(not moved, "no parameter changed by the second pass", f"{moved} changed")
    if optimizer is not None:
        trial.adapter.step(model, optimizer, trial.batch())
        idle = set(trial.trainable(model)) - set(changed(trial.adapter.values(model), now))
        expect(not idle, "an optimizer made before the first pass to train every parameter", f"{sorted(idle)} not trained")


@clause()
def reproducible(trial: Trial) -> None:
    """One seed gives one set of values, another seed another."""
    first = trial.adapter.values(trial.initialized())
    same_values(trial.adapter.values(trial.initialized()), first, "the first model's under the same seed",
                "initialization draws from a generator that the seed does not reach")
    other = Trial(trial.subject, trial.adapter, trial.seed + 1)
    expect(changed(trial.adapter.values(other.initialized()), first), "other values under another seed", "the same ones")


@clause()
def gradients(trial: Trial) -> None:
    """Gradients reach every trainable parameter and none that is frozen."""
    model = trial.initialized()
    found = trial.adapter.gradients(model, trial.batch())
    missing = [name for name in trial.trainable(model) if found.get(name) is None]
    expect(not missing, "a gradient for every trainable parameter", f"none for {missing}", "detached or re-created after the pass")
    wrong = [name for name in trial.trainable(model) if not np.isfinite(found[name]).all() or not found[name].any()]
    expect(not wrong, "finite gradients that are not all zero", f"others for {wrong}")
    if trial.offers("freeze"):
        frozen = trial.build()
        glob = trial.adapter.freeze(frozen)
        trial.first_pass(frozen, what="the first pass of a model frozen in part")
        reached = [name for name, value in trial.adapter.gradients(frozen, trial.batch()).items() if value is not None]
        thawed = [name for name in reached if matches(name, [glob])]
        expect(not thawed, f"no gradient for the frozen {glob}", f"gradients for {thawed}", "the first pass forgets trainability")
        rest = [name for name in trial.parameters(frozen) if not matches(name, [glob])]
        expect(set(reached) & set(rest) or not rest, "gradients for the parameters that are not frozen", "none")


@clause("optimizer")
def trains(trial: Trial) -> None:
    """Training steps reduce the loss and move every trainable parameter, as they do in the twin."""
    model = trial.initialized()
    before, losses = trial.adapter.values(model), steps(trial, model)
    expect(np.isfinite(losses).all() and losses[-1] < losses[0], f"a loss that falls in {STEPS} steps", losses)
    idle = set(trial.trainable(model)) - set(changed(trial.adapter.values(model), before))
    expect(not idle, "every trainable parameter moved by training", f"{sorted(idle)} not moved")
    if trial.subject.like and trial.subject.same_values:
        twin = trial.twin()
        trial.first_pass(twin, what="the eager twin's pass")
        due = steps(trial, twin)
        expect(np.allclose(losses, due, rtol=1e-4), f"the twin's losses {due}", losses)


def steps(trial: Trial, model) -> list:
    optimizer = trial.adapter.optimizer(model)
    return [float(trial.adapter.step(model, optimizer, trial.batch())) for _ in range(STEPS)]


@clause()
def custom_init(trial: Trial) -> None:
    """The chapter's ``apply_init``: after a dry run an initializer of one's own fills every parameter, which then trains."""
    model = trial.build()
    trial.adapter.custom_init(model, trial.batch(), OWN_VALUE)
    same_shapes(trial.shapes(model), trial.shapes_at(trial.width), "a first pass gives")
    values = trial.adapter.values(model)
    other = [name for name in trial.trainable(model) if not (values[name] == np.asarray(OWN_VALUE, values[name].dtype)).all()]
    expect(not other, f"every parameter filled with {OWN_VALUE}", f"other values in {other}", "initialized again after one's own initializer")
    trial.apply(model, what="a pass after one's own initializer")
    found = trial.adapter.gradients(model, trial.batch())
    missing = [name for name in trial.trainable(model) if found.get(name) is None]
    expect(not missing, "gradients after one's own initializer", f"none for {missing}")


@clause(knowledge=("like",))
def every_call_form(trial: Trial) -> None:
    """Every form of call that the eager twin accepts is accepted as the first call, with the twin's output."""
    shape = trial.shape
    forms = {"positional": trial.batch(), "unbatched": trial.batch(shape[1:]), "batch of one": trial.batch((1,) + shape[1:]),
             "extra leading dimension": trial.batch((2, 3) + shape[1:]), "empty batch": trial.batch((0,) + shape[1:])}
    if trial.offers("keyword"):
        forms["keyword"] = Batch((), {trial.adapter.keyword(trial.build()): trial.batch().args[0]})

    def check(name, form):
        accepted = []
        refused = trial.raised(lambda: accepted.extend(trial.adapter.leaves(trial.adapter.first_pass(trial.twin(), form))))
        model, found = trial.build(), []
        error = trial.raised(lambda: found.extend(trial.adapter.leaves(trial.adapter.first_pass(model, form))))
        trial.observe(name, f"twin {'refuses' if refused else 'accepts'}, lazy {'refuses' if error else 'accepts'}")
        if refused is None:
            if error:
                raise error
            close(found, accepted, f"the twin's output in the form {name}") if trial.subject.same_values else None
    trial.each(forms, check)


@clause("contexts")
def context_free(trial: Trial) -> None:
    """A dry run without gradients, in inference, autocast, training or evaluation mode leaves parameters that train as usual."""
    due = trial.initialized()
    values, facts = trial.adapter.values(due), trial.parameters(due)

    def check(name, context):
        model = trial.build()
        context.prepare(model)
        with context.around():
            trial.adapter.first_pass(model, trial.batch())
        context.restore(model)
        weights = {n: v for n, v in trial.adapter.values(model).items() if not facts[n].buffer}
        same_values(weights, {n: values[n] for n in values if not facts[n].buffer}, f"a plain first pass's, in {name}")
        expect([p.trainable for p in trial.adapter.parameters(model)] == [p.trainable for p in facts.values()],
               "the trainability of a plain first pass", trial.trainable(model))
        found = trial.adapter.gradients(model, trial.batch())
        missing = [n for n in trial.trainable(model) if found.get(n) is None or not found[n].any()]
        expect(not missing, f"gradients after a dry run in {name}", f"none for {missing}")
        if trial.offers("optimizer"):
            trial.adapter.step(model, trial.adapter.optimizer(model), trial.batch())
            idle = set(trial.trainable(model)) - set(changed(trial.adapter.values(model), weights))
            expect(not idle, f"a training step after a dry run in {name} to move every parameter", f"{sorted(idle)} not moved")
    trial.each(trial.adapter.contexts(), check)
