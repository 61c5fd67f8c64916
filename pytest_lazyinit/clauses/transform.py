"""Phase ``transform``: models that are passed abstractly, compiled, called with other values or wrapped."""

from __future__ import annotations

import contextlib
import functools
from typing import Any, Dict

from ..frameworks.base import NotOffered
from .clause import clause, expect
from .compare import same_shapes, same_values
from .copying import configuration, same_configuration
from .donor import Donor, passed, weights
from .trial import Trial, describe, kinds_named

UNFIT = "the refusal came after the layer had been initialized or changed"


@clause("abstractions")
def abstract(trial: Trial) -> None:
    """Shape-only inference gives the shapes of a first pass, computes and allocates nothing, and leaves the model lazy."""
    def check(name, infer):
        untouched = trial.snapshot(trial.build())[0]
        found = infer(trial.build, trial.batch())
        if found.shapes is not None:
            same_shapes(found.shapes, trial.shapes_at(), f"a first pass gives, by {name}")
        if found.dtypes is not None:
            types = {fact.name: fact.dtype for fact in trial.adapter.parameters(trial.initialized()) if fact.name in found.dtypes}
            wrong = {part: kind for part, kind in found.dtypes.items() if kind != types.get(part, kind)}
            expect(not wrong, f"the types {dict((part, types[part]) for part in wrong)} of a first pass, by {name}", wrong)
        if found.output is not None:
            due = [leaf.shape for leaf in trial.first_pass(trial.build())]
            expect(list(found.output) == due, f"the output's shapes {due} of a first pass, by {name}", found.output)
        expect(found.held == 0, f"no memory for values after {name}", f"{found.held} bytes")
        if found.model is not None:
            lazy = {fact.name: fact.initialized for fact in untouched}
            late = [fact.name for fact in trial.adapter.parameters(found.model) if fact.initialized and not lazy.get(fact.name, False)]
            expect(not late, f"a model that is lazy still after {name}", f"{late} initialized")
            _first_pass_as_ever(trial, found.model, name)
    trial.each(trial.affordable(trial.adapter.abstractions()), lambda name, infer: trial.unless_eager_fails(
        name, lambda: check(name, infer), lambda: infer(trial.subject.like or trial.initialized, trial.batch())))


def _first_pass_as_ever(trial: Trial, model, name: str) -> None:
    """The first pass afterwards works and gives the shapes of a fresh model's."""
    trial.first_pass(model, what=f"the first pass after {name}")
    same_shapes(trial.shapes(model), trial.shapes_at(), "a fresh model's")
    garbage = [part for part, value in weights(trial, model).items() if value.dtype.kind == "f" and (value != value).any()]
    expect(not garbage, f"values written by the first pass after {name}", f"memory that nobody wrote in {garbage}", UNFIT)


@clause("compilations")
def compiled_first_pass(trial: Trial) -> None:
    """A first pass that is compiled, scripted, traced or mapped gives an eager one's shapes, values and output, at other batch sizes too; or it is refused."""
    trial.observe("modes in which equal inputs give unequal outputs", trial.wavering)  # before a model is seeded: to find out draws numbers
    due = frozen(trial, trial.build())
    with trial.steady(due):
        output = trial.first_pass(due)
    values, trainable = weights(trial, due), [fact.name for fact in trial.adapter.parameters(due) if fact.trainable]

    def check(name, way):
        model, found = frozen(trial, trial.build()), []
        with trial.steady(model):
            error = trial.raised(lambda: found.append(_run(trial, way, model)))
        trial.observe(name, describe(error) if error else "initialized")
        if error is not None:
            _refused_and_intact(trial, name, error, model)
            return
        called, leaves = found[0]
        same_shapes(trial.shapes(model), trial.shapes_at(), "an eager first pass gives")
        kept = [fact.name for fact in trial.adapter.parameters(model) if fact.trainable]
        expect(kept == trainable, f"the trainable parameters {trainable} of an eager first pass, in {name}", kept, "what was frozen before is thawed")
        if not trial.wavering:
            same_values(weights(trial, model), values, f"an eager first pass's, in {name}")
        trial.same_output(leaves, output, f"the output of an eager first pass, in {name}")
        if way.sizes and trial.subject.batch_axis is not None:
            _other_size(trial, name, called, model, due)

    def eager(way):
        model = trial.eager()
        return lambda: _run(trial, way, model)
    routes = trial.affordable(trial.adapter.compilations())

    def probe(name, way):
        with trial.adapter.poisoned() if way.poisonable else contextlib.nullcontext():
            trial.unless_eager_fails(name, lambda: check(name, way), eager(way))
    trial.each(routes, probe)


def frozen(trial: Trial, model):
    """The model with a part of it frozen, where the framework and the model allow that before the first pass."""
    with contextlib.suppress(NotOffered):
        if trial.offers("freeze"):
            trial.adapter.freeze(model)
    return model


def _run(trial: Trial, way, model) -> tuple:
    called = way.compile(model, trial.batch())
    return called, list(trial.adapter.leaves(trial.adapter.run_compiled(called, trial.batch())))


def _other_size(trial: Trial, name: str, called, model, eager) -> None:
    """What was compiled at the first batch size takes another one; where a plain call is compiled too, an eager model tells what is due."""
    def rows():
        return trial.feed.of_rows(trial.feed.rows + 3)
    with trial.steady(model):
        leaves = list(trial.adapter.leaves(trial.adapter.run_compiled(called, rows())))
        trial.same_output(leaves, trial.apply(model, rows()), f"the output at another batch size, in {name}")
    if not trial.wavering:
        with trial.steady(eager):
            trial.same_output(leaves, trial.apply(eager, rows()), f"an eager model's output at another batch size, in {name}")


def _refused_and_intact(trial: Trial, name: str, error: Exception, model) -> None:
    """A refusal is clear, and the model takes its first pass as if nothing had been tried."""
    kinds = tuple(dict.fromkeys(trial.adapter.access_errors + trial.adapter.refusal_errors))
    expect(isinstance(error, kinds) and not trial.adapter.crashed(error), f"{name} to work or be refused by {kinds_named(kinds)}", describe(error))
    _first_pass_as_ever(trial, model, f"{name} was refused")


@clause("functionals")
def functional_call(trial: Trial) -> None:
    """A call with the values of another model gives that model's output, and leaves the module as it was: lazy or initialized."""
    donor = Donor(trial)
    state = trial.adapter.state(donor.model)
    starts = {"": trial.build, ", initialized": trial.initialized}

    def check(name, item):
        call, start = item
        model = start()
        before, told = trial.snapshot(model), configuration(trial, model)
        values = weights(trial, model)
        found = []
        with trial.steady(model):
            error = trial.raised(lambda: found.extend(trial.adapter.leaves(call(model, state, trial.batch()))))
        trial.observe(name, describe(error) if error else "called")
        kinds = tuple(dict.fromkeys(trial.adapter.access_errors + trial.adapter.refusal_errors))
        expect(error is None or isinstance(error, kinds), f"{name} to work or be refused by {kinds_named(kinds)}", error)
        expect(trial.snapshot(model) == before, "a module with its own parameters as they were", trial.shapes(model))
        same_values(weights(trial, model), values, "before the call")
        same_configuration(trial, model, told, f"before {name}", "the call runs the module's first pass on values that are not its own")
        if error is None:
            trial.same_output(found, donor.output, "the output of the model whose values were given,", 1e-6)
        trial.first_pass(model, what=f"a pass after {name}")
    routes = trial.affordable(trial.adapter.functionals())
    probes: Dict[str, Any] = {name + how: (call, start) for name, call in routes.items() for how, start in starts.items()}
    trial.each(probes, lambda name, item: trial.unless_eager_fails(
        name, lambda: check(name, item), lambda: item[0](trial.eager(), trial.adapter.state(donor.model), trial.batch())))


@clause("wrappers")
def wrappers(trial: Trial) -> None:
    """What wraps or converts an untouched model initializes as an eager model wrapped so, or refuses and leaves the model intact; an initialized one keeps its gradients."""
    def check(name, wrap):
        model, found = trial.build(), []
        before, told, known, layers = trial.snapshot(model), configuration(trial, model), set(trial.shapes(model)), set(trial.adapter.layers(model))
        error = trial.raised(lambda: found.append(wrap(model)))
        trial.observe(name, describe(error) if error else "wrapped")
        if error is not None:
            expect(trial.snapshot(model) == before, f"a model untouched by the refusal of {name}", trial.shapes(model), UNFIT)
            same_configuration(trial, model, told, f"before {name} was refused", UNFIT)
            _refused_and_intact(trial, name, error, model)
            return
        trial.first_pass(found[0], what=f"the first pass after {name}")
        same_shapes(trial.shapes(found[0]), _wrapped_eager(trial, wrap), f"those of an eager model after {name}")
        fresh = not known.issuperset(trial.shapes(found[0]))
        grown = fresh and (known or found[0] is model and not layers.issuperset(trial.adapter.layers(model)))  # what did not exist was not wrapped
        expect(grown or trial.adapter.wrapped(name, found[0]), f"the effect of {name} after the first pass", "none", "it was accepted and lost")
    routes = trial.affordable(trial.adapter.wrappers())

    def untouched(name, wrap):
        trial.unless_eager_fails(name, lambda: check(name, wrap), lambda: passed(trial, wrap(trial.eager()), "a pass of the wrapped eager model"))
    probes: Dict[str, Any] = {name: (untouched, wrap) for name, wrap in routes.items()}
    if trial.subject.shipped:
        probes.update({f"{name}, initialized": (functools.partial(_goes_on_learning, trial), wrap) for name, wrap in routes.items()})
    trial.each(probes, lambda name, probe: probe[0](name, probe[1]))


def _goes_on_learning(trial: Trial, name: str, wrap) -> None:
    """What is wrapped after its first pass has the gradients that it had, but for what the wrapper freezes, renames or refuses."""
    model, found = trial.initialized(), []
    layers = sorted(trial.adapter.layers(model))
    learning = [of for of, gradient in trial.adapter.gradients(model, trial.later()).items() if gradient is not None]
    if trial.raised(lambda: found.append(wrap(model))) is not None or sorted(trial.adapter.layers(found[0])) != layers:
        return  # others in their place, such as quantized ones, learn in their own way
    gradients = trial.adapter.gradients(passed(trial, found[0], f"a pass after {name}"), trial.later())
    cut = [of for of in trial.trainable(found[0]) if of in learning and gradients.get(of) is None]
    expect(not cut, f"gradients after {name}", f"none for {cut}", "the wrapper cuts parameters off from their gradients")


def _wrapped_eager(trial: Trial, wrap) -> Dict[str, Any]:
    """The shapes of a model that was initialized, or eager, when it was wrapped."""
    eager = trial.initialized() if trial.subject.names else trial.eager()  # not a twin whose names are others
    return trial.shapes(passed(trial, wrap(eager), "a pass of the wrapped eager model"))
