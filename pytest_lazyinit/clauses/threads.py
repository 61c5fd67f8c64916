"""What two threads leave behind that make first passes at one time."""

from __future__ import annotations

from .clause import expect
from .compare import same_shapes
from .trial import Trial, describe
from .watch import alternating


def agree(trial: Trial, model, outcomes) -> None:
    """Each thread returned what the model gives afterwards, or was refused clearly."""
    crashed = [fact for what, fact in outcomes if what == "raised" and not isinstance(fact, trial.adapter.refusal_errors)]
    expect(not crashed, "two threads to agree or one to be refused clearly", "; ".join(map(describe, crashed)), "the first pass is not guarded by a lock")
    with trial.steady(model):
        final = trial.apply(model, trial.batch(), "a pass after two concurrent first passes")
    kept = trial.adapter.handles(model)
    for output, handles in (fact for what, fact in outcomes if what == "returned"):
        trial.same_output(output, final, "the output of a thread that returned, equal to the model's", 1e-5)
        renewed = [name for name, handle in handles.items() if kept.get(name) is not handle]
        expect(not renewed, "the parameters that a thread was given to stay the model's", f"{renewed} re-created by the other thread")
    same_shapes(trial.shapes(model), trial.shapes_at(), "a fresh model's")


def two_models(trial: Trial, point: tuple) -> None:
    """Two threads with a model each, the second built while the first one's pass is held up, and held up until that one is done."""
    builder = trial.subject.many_widths.builder if trial.subject.many_widths else None  # it makes layers after its first parameter
    due = trial.shapes(trial.initialized(builder=builder))

    def passed():
        model = trial.build(builder)
        trial.adapter.start(model)
        trial.adapter.first_pass(model, trial.batch())
        return trial.shapes(model)
    for what, fact in alternating([point], passed, passed):
        expect(what == "returned", "each of two threads to initialize a model of its own", describe(fact) if what == "raised" else "",
               "what a pass keeps while it runs is kept for all threads")
        same_shapes(fact, due, "a fresh model's, in a model of one of two threads")
