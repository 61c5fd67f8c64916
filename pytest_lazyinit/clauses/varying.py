"""Phase ``varying``: inputs, uses and threads that vary."""

from __future__ import annotations

from typing import Any, Dict

from .clause import Lacking, clause, expect
from .compare import close, same_shapes, same_values
from .copying import configuration, same_configuration
from .donor import another_with_its_values, equal_twin
from .leading import as_the_twin_reads_it, first_rows_or_as_the_twin, initialized_twin, rows_or_as_the_twin
from .sharing import added_up, one_set_of_parameters, trunk_learns
from .threads import agree, two_models
from .trial import Trial, describe, matches
from .watch import interleaved

ANEW = "a layer or parameter is made in each pass; make it where it is not there yet"


@clause()
def batch_sizes(trial: Trial) -> None:
    """Other batch sizes give the same rows and touch no parameter."""
    model, many = trial.initialized(), trial.feed.rows + 3
    before, values = trial.snapshot(model), trial.settled(model)
    told = configuration(trial, model) if trial.subject.shipped or trial.subject.documented else {}
    if not trial.subject.shipped:
        trial.require(trial.fresh_shapes(trial.feed.of_rows(many)), "a fresh model takes no other batch size; say batch_axis=None or which axis it is")
    with trial.evaluating(model):
        whole = trial.apply(model, trial.feed.of_rows(many), f"a batch of {many}")

    def check(name, size):
        with trial.evaluating(model):
            part = trial.apply(model, trial.feed.of_rows(size), f"a batch of {size}")
        pairs = [(found, rows[:size]) for found, rows in zip(part, whole) if rows.shape[:1] == (many,)]
        first_rows_or_as_the_twin(trial, pairs, part, trial.feed.of_rows(size), f"the first {size} rows")
    trial.each({f"batch of {size}": size for size in (1, 2, 3)}, check)
    expect(trial.snapshot(model) == before, "parameters untouched by other batch sizes", trial.shapes(model), ANEW)
    same_values(trial.settled(model), values, "before other batch sizes")
    sized = [key for key, fact in told.items() if isinstance(fact, tuple) and fact[:1] == (trial.feed.rows,)]
    same_configuration(trial, model, told, "before other batch sizes", ANEW, but=sized)  # but for what names the size of the batch


@clause("leading_dimensions")
def leading_dimensions(trial: Trial) -> None:
    """Extra leading dimensions are carried through as the eager twin does: the same rows, no parameter touched."""
    variant = trial.subject.leading
    model = trial.initialized(builder=variant.builder if variant else None)
    before = trial.snapshot(model)
    refused = trial.raised(lambda: trial.adapter.apply(model, trial.feed.leading(2, 3)))
    if refused is not None and variant is None:
        trial.require(trial.subject.like, "give like=, to tell whether the eager model takes an extra leading dimension")
        twin = initialized_twin(trial)
        due = trial.raised(lambda: trial.adapter.apply(twin, trial.feed.leading(2, 3)))
        trial.observe("an extra leading dimension", "refused, as by the eager twin" if due else "refused, the eager twin takes it")
        expect(due is not None, "an extra leading dimension carried through, as in the eager twin", describe(refused))
        return
    with trial.evaluating(model):
        found = trial.apply(model, trial.feed.leading(2, 3), "a pass with an extra leading dimension")
        flat = trial.apply(model, trial.feed.of_rows(6))
    pairs = [(leaf, rows.reshape((2, 3) + rows.shape[1:])) for leaf, rows in zip(found, flat) if rows.shape[:1] == (6,)]
    if variant is None and not trial.subject.shipped and any(leaf.shape != rows.shape for leaf, rows in pairs):
        as_the_twin_reads_it(trial, found)
    elif variant is None and not trial.subject.shipped and trial.subject.like and trial.subject.same_values:
        rows_or_as_the_twin(trial, pairs, found)
    else:
        trial.same_output([leaf for leaf, _ in pairs], [rows for _, rows in pairs], "rows with an extra leading dimension", 1e-4)
    expect(trial.snapshot(model) == before, "parameters untouched by leading dimensions", trial.shapes(model), ANEW)


@clause()
def rebind(trial: Trial) -> None:
    """A fresh model of the same builder takes another width, and the first one is untouched."""
    if trial.subject.twin_at and not trial.feed.axes:
        _as_narrow_as_the_twin(trial)
    model = trial.initialized()
    before, values = trial.snapshot(model), trial.adapter.values(model)
    other = trial.initialized(trial.at_width(trial.other_width))
    expect(trial.shapes(other) != trial.shapes(model), f"shapes of a fresh model that follow width {trial.other_width}", trial.shapes(other))
    expect(not set(before[1].values()) & set(trial.identities(other).values()), "parameter objects of its own", "shared ones",
           "a layer is kept outside the builder")
    expect(trial.snapshot(model) == before, "the first model untouched by the second", trial.shapes(model))
    same_values(trial.adapter.values(model), values, "before the second model")
    trial.apply(model, what="a pass of the first model after the second")


def _as_narrow_as_the_twin(trial: Trial) -> None:
    """A fresh model that takes no other size at all has a twin that takes none: else it is bound to the first one that was seen."""
    for path, array in trial.feed.example()[1].items():
        for axis, size in enumerate(array.shape):
            batch = trial.feed.sized(((path, axis),), size + 10)
            refused = trial.raised(lambda: trial.adapter.first_pass(trial.build(lambda: trial.subject.twin_at(size + 10)), batch))
            expect(refused is not None, "a fresh model that takes another width, as its twin does", f"none but {size} taken", "it is kept outside the model")


@clause("restart")
def rebind_by_framework(trial: Trial) -> None:
    """What the framework offers to start over does so entirely, or refuses."""
    width = trial.other_width

    def check(name, restart):
        model = trial.initialized()
        renewed = []
        error = trial.raised(lambda: renewed.append(restart(model, trial.at_width(width))))
        trial.observe(name, describe(error) if error else "started over")
        if error is not None:
            expect(isinstance(error, trial.adapter.refusal_errors), f"{name} to start over or refuse clearly", describe(error))
            same_shapes(trial.shapes(model), trial.shapes_at(), f"before {name} was refused")
            return
        trial.first_pass(renewed[0], trial.at_width(width), f"a pass at width {width} after {name}")
        same_shapes(trial.shapes(renewed[0]), trial.shapes_at(width), f"a fresh model's at width {width}")

    def check_values(name, restart):
        model, renewed = trial.initialized(), []
        if trial.raised(lambda: renewed.append(restart(model, trial.batch()))) is None:
            trial.first_pass(renewed[0], what=f"a pass after {name}")
            _computes_with_its_values(trial, renewed[0], f"after {name}")
    restarts = trial.adapter.restarts()
    probes: Dict[str, Any] = {name: (check, restart) for name, restart in restarts.items()}
    if trial.subject.shipped or trial.subject.like:
        probes.update({f"{name}, at the same width": (check_values, restart) for name, restart in restarts.items()})
    trial.each(probes, lambda name, probe: probe[0](name, probe[1]))


def _computes_with_its_values(trial: Trial, model, when: str) -> None:
    """The output is that of another model that is given the same values."""
    with trial.steady(model):
        found = trial.apply(model, trial.batch())
    other = another_with_its_values(trial, model)
    if other is None:
        return
    with trial.steady(other):
        trial.same_output(found, trial.apply(other, trial.batch()), f"the output, {when}, of a model that is given the same values,", 1e-5)


@clause()
def tied(trial: Trial) -> None:
    """What is used twice stays one: its gradients add up, and an update shows in both uses."""
    model = trial.initialized()
    with trial.steady(model):
        both = trial.adapter.gradients(model, trial.later(), trial.feed.second())
        apart = [trial.adapter.gradients(model, batch) for batch in (trial.later(), trial.feed.second())]
    reached = [name for name in trial.trainable(model) if all(part[name] is not None for part in (both, *apart))]
    if "evaluation" not in trial.wavering:
        added_up(both, apart, reached, "two uses of the model")
    own = {id(handle) for handle in trial.adapter.handles(model).values()}
    for which, part in trial.adapter.slices(model).items():
        other = [name for name, handle in trial.adapter.handles(part).items() if id(handle) not in own]
        expect(not other, f"the model's own layers in its slice {which}", f"other parameters {other}", "they are copied")
    if trial.subject.tied:
        one_set_of_parameters(trial, trial.subject.tied)


@clause(knowledge=("tied_conflict",))
def tied_conflict(trial: Trial) -> None:
    """A shared layer that is fed two widths is refused at the first pass."""
    model = trial.build(trial.subject.tied_conflict.builder)
    error = trial.raised(lambda: trial.adapter.first_pass(model, trial.batch()))
    trial.observe("first pass", describe(error) if error else "accepted")
    expect(isinstance(error, trial.mismatch_errors), "one layer fed two widths to be refused", trial.observations["first pass"],
           "the layer was initialized twice or copied")


@clause(knowledge=("many_widths",))
def many_widths(trial: Trial) -> None:
    """One adapter a width over a shared trunk trains for all widths; no first pass touches what was there."""
    variant = trial.subject.many_widths
    model = trial.build(variant.builder)
    outputs = {}
    for width in variant.widths:
        before = trial.adapter.values(model)
        outputs[width] = trial.first_pass(model, trial.at_width(width), f"the first pass at width {width}")
        kept = {name: value for name, value in trial.adapter.values(model).items() if name in before}
        same_values(kept, before, f"before the first pass at width {width}", "a later width initializes the trunk again")
    first, second = variant.widths[:2]
    close(trial.apply(model, trial.at_width(first)), outputs[first], f"the output at width {first} after the other widths", 1e-6)
    trunk = [name for name in trial.parameters(model) if matches(name, variant.shared)]
    expect(trunk, f"trunk parameters {list(variant.shared)}", list(trial.parameters(model)))
    trunk_learns(trial, model, trunk, trial.at_width(first), trial.at_width(second))


@clause(knowledge=("resolutions",))
def resolutions(trial: Trial) -> None:
    """Another image size changes no parameter of a convolutional model."""
    shapes, builder = trial.subject.resolutions.input_shapes, trial.subject.resolutions.builder
    model = trial.initialized(builder=builder)
    before, values = trial.snapshot(model), trial.adapter.values(model)
    weights = [name for name in values if name in trial.trainable(model)]

    twin = equal_twin(trial, model)

    def check(name, shape):
        found = trial.apply(model, trial.batch(shape), f"a pass at {shape}")
        if twin is not None:
            trial.same_output(found, trial.apply(twin, trial.batch(shape), f"the twin's pass at {shape}"), f"the twin's output at {shape}")
        expect(trial.snapshot(model) == before, f"parameters untouched by input {shape}", trial.shapes(model))
        now = trial.adapter.values(model)
        same_values({n: now[n] for n in weights}, {n: values[n] for n in weights}, f"before input {shape}")
        same_shapes(trial.shapes(trial.initialized(trial.batch(shape), builder)), trial.shapes(model), f"at another size {shape}")
    trial.each({f"input {shape}": shape for shape in shapes}, check)


@clause("threads")
def concurrent(trial: Trial) -> None:
    """First passes from two threads on one model give one consistent set of parameters, or a refusal."""
    reached = []

    def check(name, point):
        model = trial.build()
        trial.adapter.start(model)
        batches = [trial.batch(), trial.batch()]  # one each, since a pass may write into its input

        def call():
            output = trial.adapter.leaves(trial.adapter.first_pass(model, batches.pop()))
            return output, dict(trial.adapter.handles(model))
        with trial.steady(model):
            outcomes, held = interleaved([point], call, call)
        reached.extend([name] if held else [])
        for index, (what, fact) in enumerate(outcomes):
            trial.observe(f"{name}, thread {index + 1}", describe(fact) if what == "raised" else "returned")
        agree(trial, model, outcomes)
        two_models(trial, point)
    with trial.adapter.poisoned():
        trial.each({f"held in {attribute}": (owner, attribute) for owner, attribute in trial.adapter.pause_points()}, check)
    if not reached and not trial.subject.shipped:
        raise Lacking("the first pass reaches none of the points at which the framework's own layers can be held up")
    if not reached:
        raise ValueError("no pause point of the adapter was reached by a first pass")
