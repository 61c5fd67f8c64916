"""Phase ``after``: after the first pass."""

from __future__ import annotations

import numpy as np

from .call_forms import as_the_twin_answers, call_forms
from .clause import clause, expect
from .compare import changed, close, expected_shapes, nearly_same_values, same_shapes, same_values
from .copying import configuration, hooked, same_configuration
from .donor import MOVED, drawn_values, weights
from .initial_values import departure, spelled
from .training import STEPS, as_the_twin, early_optimizer, idle_in_twin, in_the_first_pass, none_when_frozen, reached_by_the_pass, steps, trains_as_usual
from .trial import Trial, matches

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
        same_shapes(trial.as_twin(found), trial.shapes(twin), "the eager twin's")
    follows = trial.input_facing() or trial.varied_width is None or set(trial.shapes_at(trial.varied_width)) != set(trial.shapes_at())
    expect(follows, f"a parameter whose shape follows the input's width ({trial.varied_width})",
           "none", "an axis was inferred from something else")
    if trial.subject.batch_axis is not None:
        larger = trial.fresh_shapes(trial.feed.of_rows(trial.feed.rows + 1))
        trial.observe("another batch size", "refused" if larger is None else "accepted")
        same_shapes(found if larger is None else larger, found, "with another batch size")


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
    if trial.wavering:  # asked before anything is seeded, since it passes models of its own
        trial.observe("compared in", "evaluation mode, since training draws")
    due, drawn = drawn_values(trial, trial.twin, "the eager twin's pass")
    found, drawn_after = drawn_values(trial, trial.build, "the first pass")
    same_values(trial.as_twin(found), due, "the eager twin's under the same seed",
                "another initializer, fan or order of drawing; where the order alone differs say same_values=False")
    expect(drawn is None or np.array_equal(drawn, drawn_after), "the random state as the twin leaves it", "another one",
           "initialization draws more or fewer numbers than the twin's")


@clause()
def distribution(trial: Trial) -> None:
    """Values follow the documented initializer with the true fan, for weight and for bias."""
    model = trial.initialized()
    values = trial.adapter.values(model)
    told = {name: found for glob, found in trial.subject.initial.items() for name in values if matches(name, [glob])}
    initializers = trial.require({**trial.adapter.initializers(model), **told}, "a layer whose initializer the framework documents, or initial=")
    handles, drawn = trial.adapter.handles(model), [name for name in told if told[name].kind != "constant" and np.size(values[name]) > 1]

    def check(name, initializer):
        wrong = departure(values[name], initializer)
        expect(not wrong, f"{name} {initializer.kind} with scale {spelled(initializer.scale)} ({initializer.source})", wrong,
               "values not initialized, or the fan taken from another axis; what is set on purpose by the model itself is for expected=")

    def anew(name):
        """What is documented as drawn is drawn for each parameter; layers of an author's own may share a seed."""
        alike = [other for other in drawn if handles.get(other) is not handles.get(name) and np.array_equal(values[other], values[name])]
        expect(not alike, f"{name} with values of its own", f"those of {', '.join(alike)}", "parameters share one initializer")
    probes = {name: lambda name=name: check(name, initializers[name]) for name in initializers}
    probes.update({f"{name}, drawn anew": lambda name=name: anew(name) for name in drawn if len(drawn) > 1})
    trial.each(probes, lambda _, probe: probe())


@clause(knowledge=("reference",))
def output(trial: Trial) -> None:
    """The first pass's output equals a NumPy computation from the parameters, and a later one's from other values of theirs."""
    model = trial.build()

    def check(found, what):
        due = trial.subject.reference(trial.adapter.values(model), *trial.arrays())
        close(found, list(due) if isinstance(due, (tuple, list)) else [due], what)
    with trial.steady(model):
        check(trial.first_pass(model), "the output of the first pass")
        trial.adapter.perturb(model, MOVED)  # a bias of zeros and a scale of ones hide what is made of them
        check(trial.apply(model, trial.batch()), "the output with other values")


@clause(knowledge=("like",))
def twin_configuration(trial: Trial) -> None:
    """Class, attributes, repr, hooks and state keys are the eager twin's."""
    due, found = hooked(trial, trial.twin(), "the eager twin's pass"), hooked(trial, trial.build(), "the first pass")

    def check(key, _):
        expect(key in found, f"an entry {key} as the twin's", "none", "it is set only where the dimension is declared")
        expect(key in due, f"no entry {key}, as in the twin", repr(found.get(key)), "a trace of laziness is left")
        expect(found[key] == due[key], f"{key} {due[key]!r} as the twin's", repr(found[key]), "a trace of laziness is left")
    trial.each({**found, **due}, check)


@clause()
def idempotent(trial: Trial) -> None:
    """The second pass repeats the first; no parameter changes or is re-created, and an optimizer made before still trains them."""
    model = trial.build()
    trial.adapter.start(model)
    early = trial.identities(model)
    keep, noted = dict(trial.adapter.handles(model)), trial.adapter.note(model)
    optimizer = early_optimizer(trial, model) if trial.offers("optimizer") else None
    with trial.steady(model):
        first = trial.first_pass(model)
        identities, values = trial.identities(model), trial.adapter.values(model)
        renewed = [name for name in keep if identities.get(name) != early[name]]
        expect(not renewed, "parameter objects that keep their identity at the first pass", f"{renewed} re-created",
               "the pass assigns new parameters, of which an optimizer made before knows nothing; fill those that are there")
        kept = trial.adapter.noted(model)
        lost = [name for name, note in noted.items() if name in identities and kept.get(name) != note]
        expect(not lost, "attributes of parameters that are kept in the first pass", f"lost by {lost}", "it fills another object, or clears this one")
        second = trial.apply(model, trial.batch())
    trial.same_output(second, first, "the second pass's output, equal to the first's,", 1e-6)
    expect(trial.identities(model) == identities, "no parameter re-created by the second pass", "other objects",
           "a layer or parameter is made in the pass; make it once, in the constructor or where it is not there yet")
    now = trial.adapter.values(model)
    moved = [name for name in changed(now, values) if name in trial.trainable(model)]
    expect(not moved, "no parameter changed by the second pass", f"{moved} changed")
    if optimizer is not None:
        still = trial.unmoved(model) if not trial.subject.shipped else set()
        trial.adapter.step(model, optimizer, trial.later())
        idle = set(trial.trainable(model)) - set(changed(trial.adapter.values(model), now)) - still
        expect(not idle, "an optimizer made before the first pass to train every parameter", f"{sorted(idle)} not trained")


@clause()
def reproducible(trial: Trial) -> None:
    """One seed gives one set of values, another seed another."""
    model = trial.initialized()
    first, drawn = trial.adapter.values(model), weights(trial, model)  # buffers follow the data, and say nothing of the seed
    same_values(trial.adapter.values(trial.initialized()), first, "the first model's under the same seed",
                "initialization draws from a generator that the seed does not reach")
    other = Trial(trial.subject, trial.adapter, trial.seed + 1)
    constant = not trial.subject.shipped and all((value == value.flat[0]).all() for value in drawn.values() if value.size)
    trial.observe("another seed", "the same constants") if constant else expect(
        changed(trial.adapter.values(other.initialized()), first), "other values under another seed", "the same ones",
        "values are drawn when the module is imported, or the seed is set inside")


@clause()
def gradients(trial: Trial) -> None:
    """Gradients reach every trainable parameter and none that is frozen."""
    model = trial.initialized()
    found = trial.adapter.gradients(model, trial.later())
    idle = idle_in_twin(trial)
    due = [name for name in reached_by_the_pass(trial, model) if name not in idle]
    missing = [name for name in due if found.get(name) is None]
    expect(not missing, "a gradient for every trainable parameter", f"none for {missing}",
           "detached or re-created after the pass, or not used by it: remove it, freeze it, or give like= with the same")
    empty = [name for name in due if not found[name].any()] if trial.subject.like or trial.subject.shipped else []
    wrong = [name for name in due if not np.isfinite(found[name]).all()] + empty
    expect(not wrong, "finite gradients that are not all zero", f"others for {wrong}")
    in_the_first_pass(trial, found)
    none_when_frozen(trial)


@clause("optimizer")
def trains(trial: Trial) -> None:
    """Training steps reduce the loss and move every trainable parameter, as they do in the twin."""
    model = trial.initialized()
    thawed = [name for name in trial.trainable(model) if matches(name, trial.subject.frozen)]
    expect(not thawed, f"parameters {list(trial.subject.frozen)} that training leaves to the layer", f"trainable {thawed}")
    trial.require(weights(trial, model), "a model with a parameter that is trained")
    still = set() if trial.subject.shipped else trial.unmoved(model)
    before, losses = trial.adapter.values(model), steps(trial, model)
    # A step of 0.1 is too long for some models of one's own, and dropout's losses need not fall: the twin's tell, or nothing.
    falls = np.isfinite(losses).all() and losses[-1] < losses[0]
    expect(falls or not trial.subject.shipped, f"a loss that falls in {STEPS} steps", losses)
    idle = set(trial.trainable(model)) - set(changed(trial.adapter.values(model), before)) - still
    expect(not idle, "every trainable parameter moved by training", f"{sorted(idle)} not moved")
    if trial.subject.like and trial.subject.same_values and not trial.wavering:
        as_the_twin(trial, model, losses)


@clause()
def custom_init(trial: Trial) -> None:
    """The chapter's ``apply_init``: after a dry run an initializer of one's own fills every parameter, which then trains."""
    model = trial.build()
    trial.adapter.custom_init(model, trial.batch(), OWN_VALUE)
    same_shapes(trial.shapes(model), trial.shapes_at(), "a first pass gives")
    values = trial.adapter.values(model)
    other = [name for name in trial.trainable(model) if not (values[name] == np.asarray(OWN_VALUE, values[name].dtype)).all()]
    expect(not other, f"every parameter filled with {OWN_VALUE}", f"other values in {other}", "initialized again after one's own initializer")
    trial.apply(model, what="a pass after one's own initializer")
    found, still = trial.adapter.gradients(model, trial.later()), set() if trial.subject.shipped else trial.unmoved(trial.initialized())
    missing = [name for name in trial.trainable(model) if found.get(name) is None and name not in still]
    expect(not missing, "gradients after one's own initializer", f"none for {missing}")


@clause(knowledge=("like",))
def every_call_form(trial: Trial) -> None:
    """Every form of call that the eager twin accepts is accepted as the first call, with the twin's output."""
    twins = call_forms(trial)  # of its own for each of the two, since a pass may write into its input
    trial.observe("modes in which equal inputs give unequal outputs", trial.wavering)  # before a model is seeded: to find out draws numbers
    trial.each(call_forms(trial), lambda name, form: as_the_twin_answers(trial, name, form, twins[name]))


@clause("contexts")
def context_free(trial: Trial) -> None:
    """A dry run without gradients, in inference, autocast, training or evaluation mode leaves parameters that train as usual."""
    due = trial.initialized()
    plain, facts, told = weights(trial, due), trial.parameters(due), configuration(trial, due)
    still = set() if trial.subject.shipped else trial.unmoved(due)

    def dry_run(context, model):
        context.prepare(model)
        with context.around():
            trial.adapter.first_pass(model, trial.batch())
        context.restore(model)
        return model

    def check(name, context):
        model = trial.build()
        if not trial.unless_eager_fails(name, lambda: dry_run(context, model), lambda: dry_run(context, trial.eager())):
            return
        if not trial.wavering:  # what draws in training moves the generator between the initial values of two layers
            rounds = context.rounds and not trial.subject.shipped
            (nearly_same_values if rounds else same_values)(weights(trial, model), plain, f"a plain first pass's, in {name}")
        same = [p.trainable for p in trial.adapter.parameters(model)] == [p.trainable for p in facts.values()]
        expect(same, "the trainability of a plain first pass", trial.trainable(model))
        same_configuration(trial, model, told, f"after a plain first pass, in {name}", "a trace of laziness is left",
                           but=[key for key in told if not key.endswith("class")])
        trains_as_usual(trial, model, still, f"after a dry run in {name}")
    trial.each(trial.affordable(trial.adapter.contexts()), check)
