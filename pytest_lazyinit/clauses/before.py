"""Phase ``before``: after construction, before the first pass."""

from __future__ import annotations

import re

import numpy as np

from ..results import NOT_PROBED
from .clause import clause, expect
from .compare import changed, same_shapes, same_values
from .copying import configuration, lazy_apart, lazy_frozen, lazy_independent, lazy_loaded, lazy_tied, same_configuration
from .trial import Trial, describe, failed, kinds_named, matches
from .watch import recorded

NOT_AS_PLACED = "parameters are not made with the dtype, device and trainability of the uninitialized ones; take them over from those"


@clause()
def constructs(trial: Trial) -> None:
    """The model is built without input dimensions, without data and without a device transfer."""
    model = trial.build()
    with recorded(trial.adapter.transfers() if trial.offers("transfers") else ()) as calls:
        with trial.adapter.building():
            other = trial.adapter.adopt(trial.subject.builder())
    handles = {id(handle) for handle in trial.adapter.handles(other).values()}  # while both live, so that no id is used again
    shared = [name for name, handle in trial.adapter.handles(model).items() if id(handle) in handles]
    parts = {
        "transfers": (not calls, "construction to move no data between devices", f"calls of {', '.join(sorted(set(calls)))}",
                      "the constructor runs a pass or moves parameters; leave that to the first pass, or say initialize=False of a model "
                      "that calls its initialize() itself"),
        "parameters of its own": (not shared, "each model of the builder to have parameters of its own", f"{shared} shared by two of them",
                                  "a layer is kept outside; make it in the constructor"),
        "layers": (trial.adapter.layers(model), "a model with layers", "none", "the builder returns something else"),
    }
    trial.each(parts, lambda name, part: expect(*part))


@clause()
def uninitialized(trial: Trial) -> None:
    """Every parameter that depends on the input says that it is uninitialized; known dimensions read as known, unknown ones as unknown."""
    facing = trial.input_facing()
    model = trial.build()
    before, declared = trial.parameters(model), trial.adapter.declared(model)
    for name, axes in facing.items():
        if name in before:
            found = before[name]
            expect(not found.initialized, f"{name} to be uninitialized before the first pass",
                   f"initialized with shape {found.shape}", "its dimension is declared, or a pass was made in the constructor")
            known = [axis for axis in axes if found.shape is not None and found.shape[axis] is not None]
            expect(not known, f"the input's dimension of {name} to read as unknown", f"shape {found.shape}")
    values, lazy = trial.adapter.values(model), trial.uninitialized(model)
    trial.first_pass(model)
    made = set(trial.parameters(model)) - set(before)  # an author's model may make parameters at the first pass that no width decides
    expect(facing or lazy or made and not trial.subject.shipped, "a parameter that depends on the input's width", "none",
           "the model declares its input dimensions or runs a pass in its constructor, so it is not lazy")
    _known_stays(before, trial.parameters(model), declared, trial.adapter.declared(model))
    renewed = [name for name in trial.trainable(model) if name in values and name in changed(trial.adapter.values(model), values)]
    expect(not renewed, "what says that it is initialized to keep its values", f"other values in {renewed} after the first pass",
           "it held memory that nobody had written")


def _known_stays(before, after, declared, declared_after) -> None:
    """What was known before must be so after; what was unknown must be known."""
    for name, parameter in before.items():
        expect(name in after, f"{name} to be there after the first pass", f"only {sorted(after)}")
        expect(not parameter.initialized or not after[name].shape or parameter.shape == after[name].shape,
               f"{name}, initialized before, to keep its shape", after[name].shape)
        pairs = zip(parameter.shape or (), after[name].shape or ())
        expect(all(old is None or old == new for old, new in pairs), f"the known dimensions {parameter.shape} of {name} to hold",
               after[name].shape)
    unreached = [name.replace("/", ".").rpartition(".")[0] or name for name in after if not after[name].initialized]
    for name, size in declared.items():
        if any(name.startswith(layer) for layer in unreached):
            continue
        now = declared_after.get(name)
        expect(now is not None if size is None else now == size,
               f"{name} to {'be known' if size is None else f'stay {size}'} after the first pass", now)


@clause()
def allocates_nothing(trial: Trial) -> None:
    """No storage is held for uninitialized parameters."""
    held = trial.adapter.allocated(trial.build())
    expect(held == 0, "0 bytes held before the first pass", f"{held} bytes", "an array is made in the constructor")


@clause("access")
def access_refused(trial: Trial) -> None:
    """Reading a value of an uninitialized parameter raises the documented error; never zeros, garbage or an empty array."""
    def check(name, access):
        found = []
        error = trial.raised(lambda: found.append(access()))
        trial.observe(name, describe(error) if error else f"returned {found[0]!r}"[:200])
        due = trial.adapter.access_errors
        expect(isinstance(error, due), f"{name} to raise {kinds_named(due)}", trial.observations[name])
    trial.each(trial.adapter.accesses(trial.build()), check)


@clause("display")
def display(trial: Trial) -> None:
    """repr and summary work and show which dimensions are unknown."""
    model, texts = trial.build(), {}

    def check(name, show):
        texts[name] = trial.observe(name, show())
        expect(isinstance(texts[name], str) and texts[name].strip(), f"{name} to give a text", repr(texts[name]))
    trial.each(trial.adapter.display(model), check)
    marks = trial.adapter.unknown_marks
    marked = [name for name, text in texts.items() if any(re.search(mark, text) for mark in marks)]
    own = trial.subject.shipped or None in trial.adapter.declared(model).values()  # the framework's layers say so, others may not
    trial.each({"unknown dimensions": texts}, lambda _, found: expect(marked or not marks or not own, f"an unknown dimension to show as one of {list(marks)}", found))
    trial.first_pass(model)
    late = {f"{name}, after the first pass": show for name, show in trial.adapter.display(model).items() if name in marked}
    if late and not trial.left:
        trial.each(late, lambda _, show: _known_now(show(), marks))


def _known_now(text: str, marks) -> None:
    expect(not any(re.search(mark, text) for mark in marks), "no unknown dimension shown after the first pass", text)


@clause("initialize_now")
def initialize_only_registers(trial: Trial) -> None:
    """What the framework offers as "initialize now" is remembered or refused, not half done."""
    def check(name, registration):
        model = trial.build()
        # What an author's model declares in full is eager, and an eager layer need not look at its initializer again.
        eager = () if trial.subject.shipped else {p.name for p in trial.adapter.parameters(model) if p.initialized}
        error = trial.raised(lambda: registration.apply(model))
        trial.observe(name, describe(error) if error else "accepted")
        kinds = trial.adapter.access_errors + trial.adapter.refusal_errors
        expect(error is None or isinstance(error, kinds), f"{name} to be taken or refused by {kinds_named(kinds)}", error)
        early = [p.name for p in trial.adapter.parameters(model) if p.initialized and p.name in trial.input_facing()]
        expect(not early, f"{name} to leave what depends on the input uninitialized", f"{early} initialized")
        trial.first_pass(model)
        same_shapes(trial.shapes(model), trial.shapes_at(), f"a fresh model's after {name}")
        for parameter, value in trial.settled(model).items() if error is None else ():
            due = [due for glob, due in registration.remembered.items() if parameter not in eager and matches(parameter, [glob])]
            expect(all((value == constant).all() for constant in due), f"{parameter} filled with {due} as {name} asked", value.ravel()[:3],
                   "the parameter is made or filled by the first pass whatever was asked of it before; refuse that, or say so in expected=")
    trial.each(trial.adapter.registrations(), check)


@clause("placement")
def placement_remembered(trial: Trial) -> None:
    """dtype, device and trainability set before the first pass are those of the parameters after it."""
    def check(name, placement):
        trial.unless_eager_fails(name, lambda: _placed(trial, placement, trial.build),
                                 lambda: _placed(trial, placement, trial.eager, placement.late and not trial.subject.documented))
    routes = trial.adapter.placements()
    for placement in routes:
        if placement.absent:
            trial.observe(placement.name, f"{NOT_PROBED}{placement.absent}")
    trial.each({placement.name: placement for placement in routes if not placement.absent}, check)


def _placed(trial: Trial, placement, build, compared: bool = True) -> None:
    """A model placed before its pass has parameters of that placement after it."""
    with placement.around():
        model = placement.prepare(build())
        if placement.exact and compared:
            _said_already(trial, placement, model)
        batch = placement.convert(trial.batch(dtype=placement.input_dtype))
        error = trial.raised(lambda: trial.adapter.first_pass(model, batch))
        if error is not None:
            raise failed(f"the first pass after {placement.name} to work", error, NOT_AS_PLACED) from error
        facts = [fact for fact in trial.adapter.parameters(model) if fact.name not in trial.left]
    expect(facts, "parameters after the first pass", "none")
    for fact in facts if compared else ():
        for key, due in placement.expected.items():
            skip = fact.buffer and (key == "trainable" or key == "dtype" and "float" not in str(fact.dtype))
            found = getattr(fact, key)
            expect(skip or found == due, f"{fact.name} with {key} {due} after {placement.name}", found, NOT_AS_PLACED)
    lost = list(placement.forgotten(model)) if compared else []
    expect(not lost, f"{placement.name} that hold after the first pass", f"none for {lost}", NOT_AS_PLACED)
    if placement.exact and compared:
        values = trial.adapter.values(model)
        same_values(values, trial.adapter.values(trial.initialized()), f"of a first pass without {placement.name}", "another initializer, or drawn anew")
        differ = [name for name, others in trial.adapter.replicas(model).items() for other in others if not np.array_equal(other, values[name])]
        expect(not differ, "one value on all devices", f"others in {differ}", "each device has a draw of its own")


def _said_already(trial: Trial, placement, model) -> None:
    """What waits for the first pass says of its place what it will say after it, or nothing."""
    for fact in trial.adapter.parameters(model):
        for key, due in placement.expected.items():
            found = getattr(fact, key)
            expect(fact.initialized or fact.buffer or found in (None, due), f"{fact.name} to say {key} {due} before its pass, after {placement.name}", found)


@clause("copies")
def copies_stay_lazy(trial: Trial) -> None:
    """Copies of an untouched model are untouched, independent, and keep trainability; parameters tied before stay tied."""
    routes = trial.adapter.copies()
    probes = {name: (lazy_independent, copy) for name, copy in routes.items()}
    probes.update({f"{name}, beside the original": (lazy_apart, copy) for name, copy in routes.items()})
    probes.update({f"{name}, loaded": (lazy_loaded, copy) for name, copy in routes.items()})
    if trial.offers("freeze"):
        probes.update({f"{name}, frozen": (lazy_frozen, copy) for name, copy in routes.items()})
    if trial.subject.tied:
        probes.update({f"{name}, tied": (lazy_tied, copy) for name, copy in routes.items()})
    def check(name, probe):
        run, copy = probe
        trial.unless_eager_fails(name, lambda: run(trial, name, copy), lambda: trial.apply(copy(trial.eager()), what="a pass of the copy"))
    trial.each(probes, check)


@clause("partial", knowledge=("partial",))
def partial(trial: Trial) -> None:
    """With the first layer's input dimension declared and no other, exactly what the framework documents is initialized."""
    variant = trial.subject.partial
    _partly(trial, variant, variant.builder)
    if variant.ways:
        trial.each(variant.ways, lambda name, builder: _partly(trial, variant, builder))


def _partly(trial: Trial, variant, builder) -> None:
    model = trial.build(builder)
    trial.adapter.start(model)
    early = [p.name for p in trial.adapter.parameters(model) if p.initialized]
    trial.observe("initialized at once", ", ".join(early) or "nothing")
    values, identities = trial.adapter.values(model), trial.identities(model)
    trial.first_pass(model)
    due = [name for name in trial.parameters(model) if matches(name, variant.initialized)]
    expect(sorted(early) == sorted(due), f"{due} initialized at once", early)
    after, now = trial.adapter.values(model), trial.identities(model)
    changed = [name for name in early if (values[name] != after[name]).any() or identities.get(name) != now.get(name)]
    expect(not changed, "the first pass to leave what was initialized as it was", f"{changed} changed or re-created")
    expect(not trial.uninitialized(model), "nothing uninitialized after the first pass", trial.uninitialized(model))


@clause()
def queries_have_no_effect(trial: Trial) -> None:
    """Asking (listing, counting, shape queries, summaries) leaves the model and the random state untouched."""
    model = trial.build()
    before, held = trial.snapshot(model), trial.adapter.allocated(model)
    told = configuration(trial, model) if trial.subject.shipped or trial.subject.documented else {}

    def check(name, query):
        error = trial.raised(query)
        trial.observe(name, describe(error) if error else "answered")
        expect(trial.snapshot(model) == before, f"{name} to leave the model untouched", trial.shapes(model))
        expect(trial.adapter.allocated(model) == held, f"{name} to allocate nothing", f"{trial.adapter.allocated(model) - held} bytes more")
        same_configuration(trial, model, told, f"before {name}", "asking leaves a trace")
    trial.adapter.seed(trial.seed)
    trial.each(trial.adapter.queries(model), check)
    if trial.offers("random_state"):
        drawn = trial.adapter.draw()
        trial.adapter.seed(trial.seed)
        expect((drawn == trial.adapter.draw()).all(), "the random state as it was before asking", "another one")
    trial.first_pass(model, what="the first pass after asking")
