"""Phase ``mismatch``: dimensions that do not fit."""

from __future__ import annotations

from typing import Any, Dict, Optional, Set

import numpy as np

from ..frameworks.base import Batch
from .clause import Violation, clause, expect, sentence
from .compare import same_shapes, same_values
from .donor import Donor, demand_values_taken
from .failing import sizes_named
from .trial import Trial, describe, failed, kinds_named


@clause()
def rejected(trial: Trial) -> None:
    """After initialization another feature dimension raises the framework's error; it is never broadcast or accepted."""
    model, kinds = trial.initialized(), trial.mismatch_errors

    def refused(name, width, call, when, cause):
        error = trial.raised(call)
        found = trial.observe(name, describe(error) if error else "accepted")
        expect(isinstance(error, kinds), f"width {width} rejected by {kinds_named(kinds)} {when}", found, cause)

    def check(name, width):
        fresh = trial.raised(lambda: trial.adapter.shapes_after(trial.build(), trial.at_width(width)))
        expect(fresh is None, f"a fresh model to take width {width}, else its rejection proves nothing", describe(fresh or ValueError()),
               "give wrong_widths= that a fresh model takes")
        refused(name, width, lambda: trial.adapter.apply(model, trial.at_width(width)), f"after initialization with {trial.width}",
                "the size is broadcast, cut to fit, or the model is initialized again; compare it with the parameter's and raise")

    def check_traced(name, width):
        refused(name, width, lambda: trial.adapter.traced(model, trial.at_width(width)), "where the pass is traced",
                "shapes are compared with values only, and a traced pass has none")

    def check_from_one(name, width):
        narrow = trial.initialized(trial.at_width(1))
        refused(name, width, lambda: trial.adapter.apply(narrow, trial.at_width(width)), "after initialization with 1",
                "what has one feature is broadcast, or the model is initialized again; compare the size with the parameter's and raise")
    looks = {f"width {width}": (check, width) for width in trial.wrong_widths}
    if trial.adapter.traces:
        looks.update({f"width {width}, traced": (check_traced, width) for width in trial.wrong_widths})
    wider = [width for width in trial.wrong_widths if isinstance(width, int) and width > trial.width]
    if wider and 1 in trial.wrong_widths:  # not where a wider input is read behind the parameters' memory
        looks.update({f"width {width} after width 1": (check_from_one, width) for width in sorted({trial.width} | _own_sizes(trial) - {1})})
    trial.each(looks, lambda name, look: look[0](name, look[1]))


@clause()
def rejection_changes_nothing(trial: Trial) -> None:
    """A rejected call leaves values, shapes, identity and the next good call as they were."""
    model = trial.build()
    with trial.steady(model):
        output = trial.first_pass(model)
        before, values = trial.snapshot(model), trial.settled(model)
        for width in trial.wrong_widths:
            trial.raised(lambda: trial.adapter.apply(model, trial.at_width(width)))
            expect(trial.snapshot(model) == before, f"shapes and identity kept after a call at width {width}", trial.shapes(model),
                   "initialized again by the rejected call")
        same_values(trial.settled(model), values, "before the rejected calls")
        found = trial.apply(model, trial.batch(), "a good call after rejected ones")
    trial.same_output(found, output, "the output of the next good call", 1e-6)


@clause(knowledge=("conflict",))
def declared_conflict(trial: Trial) -> None:
    """A declared dimension that contradicts what flows raises at the first pass."""
    model, kinds = trial.build(trial.subject.conflict.builder), trial.mismatch_errors
    error = trial.raised(lambda: trial.adapter.first_pass(model, trial.batch()))
    trial.observe("first pass", describe(error) if error else "accepted")
    if error is not None and not isinstance(error, kinds):
        raise failed(f"the declared dimension to be enforced by {kinds_named(kinds)}", error)
    expect(isinstance(error, kinds), f"the declared dimension to be enforced by {kinds_named(kinds)}", trial.observations["first pass"])


@clause()
def failed_first_pass_recovers(trial: Trial) -> None:
    """A first call that fails leaves the model fit for a right first call, also of another width."""
    wrong = {"a scalar": lambda: trial.batch(()), "integers": lambda: trial.batch(dtype="int64"),
             "complex numbers": lambda: trial.batch(dtype="complex64"), "zero features": lambda: trial.at_width(0),
             "one feature": lambda: trial.at_width(1)}
    main = trial.feed.main.places[0]
    shape = trial.feed.example()[1][main[0]].shape
    wrong.update({name: lambda misfit=misfit: trial.batch(tuple(misfit)) for name, misfit in trial.adapter.misfits(shape, main[1]).items()})
    widths = {"the same width": trial.width, "another width": trial.other_width}
    tries = {f"{name}, then {which}": (make, width) for name, make in wrong.items() for which, width in widths.items()}
    tries["sizes of one"] = (lambda: _of_ones(trial), trial.width)  # of the right width, to which it may bind the model
    late, kinds = trial.subject.late_conflict, trial.mismatch_errors

    def check(name, item):
        make, width, builder = *item[:2], item[2] if item[2:] else None
        model, batch = trial.build(builder), make()
        error = trial.raised(lambda: trial.adapter.first_pass(model, batch))
        trial.observe(name, describe(error) if error else "accepted")
        expect(not builder or isinstance(error, kinds), f"a conflict in a later layer to be refused by {kinds_named(kinds)}", trial.observations[name])
        if error is None:  # accepted is not failed: mismatch.degenerate looks at what it made
            return
        trial.first_pass(model, trial.at_width(width), f"a right first pass at width {width} after one that failed")
        due = trial.shapes(trial.initialized(trial.at_width(width), builder)) if builder else trial.shapes_at(width)
        same_shapes(trial.shapes(model), due, f"a fresh model's at width {width}")
        late = [name for name in trial.uninitialized(model) if name not in trial.left]
        expect(not late, "nothing left uninitialized by the second try", late)
    if late:
        tries["a conflict further down"] = (lambda: trial.at_width(late.widths[0]), late.widths[1], late.builder)
    trial.each(tries, check)


def _of_ones(trial: Trial):
    """Rows of as many features as ever that are one long, one wide: too small for a kernel."""
    path, main = trial.feed.main.places[0]
    sizes = enumerate(trial.feed.example()[1][path].shape)
    return trial.batch(tuple(size if axis in (main, trial.subject.batch_axis) else 1 for axis, size in sizes))


def _own_sizes(trial: Trial) -> Set[int]:
    """The sizes of the parameters, to which one feature could be broadcast; asked of the reference models, where a pass costs little."""
    return {size for shape in trial.shapes_at().values() for size in shape or ()} if trial.subject.shipped else set()


@clause()
def message_names_both(trial: Trial) -> None:
    """The error of a mismatch names the expected and the received size."""
    model, width = trial.initialized(), trial.wrong_widths[0]
    error = trial.raised(lambda: trial.adapter.apply(model, trial.at_width(width)))
    text = trial.observe("message", " ".join(str(error).split()))
    named = sizes_named(text)
    both = {str(trial.width), str(width)} <= named if trial.subject.shipped else len(named) > 1  # inside a model other sizes disagree
    expect(error is not None and both, f"an error that names {trial.width} and {width}, or the two sizes further inside that disagree",
           repr(text[:300]) if error else "no error")


@clause("state")
def state_rejected(trial: Trial) -> None:
    """Loading values of other shapes raises and changes nothing; what is taken all the same is refused by the next pass."""
    other, elsewhere = trial.subject.other_units, _elsewhere(trial)
    sources = {"another input width": lambda: elsewhere.initialized(trial.at_width(trial.other_width))}
    if other:  # the first shape agrees and the last does not: a load that compares as it goes is half done by then
        sources["another number of outputs"] = lambda: elsewhere.initialized(builder=other.builder)
    looks = {"": _refused, ", unchanged": _unchanged, ", passed": _passed}
    if trial.offers("lazy_values"):
        demand_values_taken(trial, Donor(trial))
        looks[", of a loaded model before its first pass"] = _refused_loaded
    probes: Dict[str, Any] = {name + how: (look, source) for how, look in looks.items() for name, source in sources.items()}

    def started():
        model = trial.build()
        trial.adapter.start(model)
        return model
    for name, ways in trial.adapter.misshapen().items():
        probes.update({name: (_one_refused, (ways, trial.initialized)), f"{name} before the first pass": (_one_refused, (ways, started))})
    trial.each(probes, lambda name, probe: probe[0](trial, name, probe[1]))


def _elsewhere(trial: Trial) -> Trial:
    """Where models have other values, so that a half-done load shows."""
    return Trial(trial.subject, trial.adapter, trial.seed + 1)


def _expect_refused(trial: Trial, error: Optional[Exception], cause: str = "", due: str = "values of other shapes refused by {}") -> None:
    kinds = trial.adapter.state_errors
    expect(isinstance(error, kinds), due.format(kinds_named(kinds)), describe(error) if error else "accepted", cause)


def _refused(trial: Trial, name: str, source) -> None:
    state, model = trial.adapter.state(source()), trial.initialized()
    error = trial.raised(lambda: trial.adapter.load(model, state))
    trial.observe(name, describe(error) if error else "accepted")
    if error is not None and not isinstance(error, trial.adapter.state_errors):
        raise error
    _expect_refused(trial, error)


def _unchanged(trial: Trial, name: str, source) -> None:
    state, model = trial.adapter.state(source()), trial.initialized()
    values = trial.adapter.values(model)
    trial.raised(lambda: trial.adapter.load(model, state))
    same_values(trial.adapter.values(model), values, "before the refused values", "loaded in part before the shapes were compared")
    trial.apply(model, what="a pass after refused values")


def _refused_loaded(trial: Trial, name: str, source) -> None:
    good, state, model = trial.adapter.state(_elsewhere(trial).initialized()), trial.adapter.state(source()), trial.build()
    trial.adapter.load(model, good)
    error = trial.raised(lambda: trial.adapter.load(model, state))
    _expect_refused(trial, error, "a layer that has values already takes others as if it had none")


def _passed(trial: Trial, name: str, source) -> None:
    state, model = trial.adapter.state(source()), trial.initialized()
    if trial.raised(lambda: trial.adapter.load(model, state)) is not None:
        return
    passes = {"a pass": trial.adapter.apply, **({"a traced pass": trial.adapter.traced} if trial.adapter.traces else {})}
    for what, run in passes.items():
        error = trial.raised(lambda: run(model, trial.batch()))
        expect(isinstance(error, trial.mismatch_errors), f"values of other shapes that were loaded to be refused by {what} with "
               f"{kinds_named(trial.mismatch_errors)}", describe(error) if error else "accepted", "nothing compares them with what the layer declares")


def _one_refused(trial: Trial, name: str, route) -> None:
    ways, start = route
    model = start()
    values = trial.adapter.values(model)
    for which, give in ways(model).items():
        _expect_refused(trial, trial.raised(give), "it is broadcast", f"a value of another shape refused by {{}} for {which}")
    same_values(trial.adapter.values(model), values, "before the refused values")


@clause()
def degenerate(trial: Trial) -> None:
    """Zero-size features, scalars and no input are refused clearly or initialized as the twin is."""
    inputs = {"zero features": trial.at_width(0), "a scalar": trial.batch(()), "no input": Batch()}
    kinds = trial.adapter.refusal_errors

    def check(name, batch):
        model = trial.build()
        untouched = trial.snapshot(model)
        error = trial.raised(lambda: trial.adapter.first_pass(model, batch))
        trial.observe(name, describe(error) if error else "accepted")
        if error is not None:
            if not isinstance(error, kinds) and trial.subject.shipped:
                raise error  # to refuse clearly is the framework's duty, not that of an author's own code
            if _touched(trial, model, untouched) and trial.offers("untouched_after_refusal"):
                raise Violation(sentence("a model untouched by the refusal", trial.shapes(model)), raised=[type(error).__name__])
            return
        expect(name == "zero features", f"{name} refused", "accepted")
        late = [name for name in trial.uninitialized(model) if name not in trial.left]
        expect(not late, "a model initialized by what it accepts", late)
        if trial.subject.twin_at:
            _as_the_twin(trial, model, batch)
    with trial.adapter.poisoned():
        trial.each(inputs, check)


def _touched(trial: Trial, model, before: tuple) -> bool:
    """Whether a model is another one than before; one that has said it is built names what it still waits for, and that is no change."""
    parameters, identities = trial.snapshot(model)
    known = {parameter.name for parameter in before[0]}
    return (tuple(found for found in parameters if found.initialized or found.name in known), identities) != before


def _as_the_twin(trial: Trial, model, batch: Batch) -> None:
    """Zero features leave the parameters that the twin has, written ones."""
    twin = trial.build(lambda: trial.subject.twin_at(0))
    trial.first_pass(twin, batch, "the twin's pass with zero features")
    same_shapes(trial.shapes(model), trial.shapes(twin), "the twin's with zero features")
    garbage = [name for name, value in trial.adapter.values(model).items() if not np.isfinite(value).all()]
    expect(not garbage, "every value written, as in the twin with zero features", f"memory that nobody wrote in {garbage}")
