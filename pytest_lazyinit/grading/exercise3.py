"""Exercise 3: a model of tied parameters for inputs of any width, seen from outside: outputs before and after one training step.

With x₁ and x₂ of the widths d₁ > d₂, and the framework's generator seeded before each output: using one width after the
other changes neither output; a step on x₁ changes the output on x₂ (tied); and after a use of x₂ the output on x₁ is
still what it was after the step (persistent). The larger width is trained, so that a model that cuts its parameters to
the smaller one is found out.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np

from .facts import items, mapping
from .feedback import raised, shown
from .marking import Draw, Marking, sent
from .protocol import array

SAME, CHANGED = 1e-5, 1e-4
"""Of the output's size: what is rounding, and what a step at least does."""

RATE = 0.1
"""The share of its own size by which a step moves each parameter that takes part."""

BROAD = 5
"""From this width on two different inputs are expected to give two outputs; below, normalization may leave nothing."""

STEPS = "after a training step at one width"


class Model:
    """The answer's model, asked from outside."""

    def __init__(self, session: Any, draw: Draw, marking: Marking):
        self.session, self.draw, self.marking = session, draw, marking
        self.inputs: Dict[int, np.ndarray] = {}
        self.line, self.failure = 0, ""

    def output(self, width: int) -> Optional[np.ndarray]:
        """The output at a width, always on the same input; ``None`` where there is none, and why in ``failure``."""
        x = self.inputs.setdefault(width, self.draw.batch(width))
        reply = self.session.ask("outputs3", x=sent(x))
        if "unfit" in reply or "error" in reply:
            self._note(reply)
            return None
        found = array(mapping(reply.get("output"))).astype("float64")
        if found.ndim == 0 or found.shape[0] != len(x):
            self.failure = "the output does not have one row for each input"
        elif not np.isfinite(found).all():
            self.failure = "the output holds values that are not finite"
        else:
            return found
        return None

    def _note(self, reply: Any) -> None:
        if "unfit" in reply:
            self.line, self.failure = 0, shown(str(reply["unfit"]))
            return
        error = self.marking.checked(reply["error"])
        self.line, self.failure = error.own_line, f"{raised(error)} was raised"

    def step(self, width: int, output: np.ndarray) -> bool:
        """One step of training at a width; whether any parameter took part."""
        weights = self.draw.normal(output.shape)
        reply = self.session.ask("step3", x=sent(self.inputs[width]), weights=sent(weights), rate=RATE)
        if "unfit" in reply or "error" in reply:
            self._note(reply)
            return False
        return bool(items(reply.get("moved"), 5000))


def mark(session: Any, draw: Draw, marking: Marking) -> None:
    """Widths first, then the step."""
    built = session.ask("build3")
    if marking.failed(built, "ex3() to return a model for inputs of any width", "ex3"):
        return
    model, widths = Model(session, draw, marking), draw.widths()
    outputs = {width: model.output(width) for width in widths}
    answering = works(marking, model, outputs)
    # The first two lie in the middle: at the ends the numbers are too large or too few to tell much.
    pair = sorted(answering[:2], reverse=True)
    if len(pair) < 2:
        marking.say("two widths at which the model works are needed to see what a training step does", name="ex3")
        return
    trained(marking, model, pair[0], pair[1])


def works(marking: Marking, model: Model, outputs: Dict[int, Optional[np.ndarray]]) -> List[int]:
    """The mark for all widths, and the widths at which the model works. One that answers all inputs alike at some of them only does not work there."""
    failing = [width for width, output in outputs.items() if output is None]
    broad = {width: output for width, output in outputs.items() if output is not None and width >= BROAD}
    constant = [width for width, output in broad.items() if same(output[0], output[1], np.abs(output).max(initial=0.0))]
    if len(constant) == len(broad):
        constant = []  # parameters of zeros, say, before any training
    if not failing and not constant:
        marking.earn("widths")
    else:
        some = "every width that was tried" if len(failing) == len(outputs) else "some of the widths that were tried"
        text = model.failure if failing else "the output is the same whatever the input"
        marking.say(f"expected the model to take inputs (n, d) of any width d from 1 to 512; at {some} {text}", model.line if failing else 0, "ex3")
    return [width for width in outputs if width not in failing and width not in constant]


def trained(marking: Marking, model: Model, large: int, small: int) -> None:
    """The marks for tied and persistent."""
    before = {width: [] for width in (small, large)}  # type: Dict[int, List[Any]]
    for width in (small, large, small, large):
        before[width].append(model.output(width))
    if any(one is None or not alike(one, before[width][0]) for width in before for one in before[width]):
        marking.say("expected the output on one input to stay the same as long as nothing is trained; it changed from call to call, "
                    "as where parameters are drawn again", model.line, "ex3")
        return
    if not model.step(large, before[large][1]):
        marking.say(f"expected parameters that can be trained; {model.failure or 'none took part in the output'}", model.line, "ex3")
        return
    after = [model.output(width) for width in (large, small, large)]
    if any(output is None for output in after):
        marking.say(f"expected the model to go on working {STEPS}; {model.failure}", model.line, "ex3")
        return
    tied(marking, before[small][1], after[1])
    persistent(marking, before[large][1], after[0], after[2])


def tied(marking: Marking, before: Any, after: Any) -> None:
    if changed(before, after):
        marking.earn("tied")
    else:
        marking.say(f"expected the output at another width to change {STEPS}, since parameters are tied; it stayed as it was", name="ex3")


def persistent(marking: Marking, before: Any, trained: Any, back: Any) -> None:
    if not changed(before, trained):
        marking.say(f"expected the output to change {STEPS} at that very width; it stayed as it was", name="ex3")
    elif not alike(trained, back):
        marking.say(f"expected what was trained to last: {STEPS} and a use of another one the output was no longer the trained one", name="ex3")
    else:
        marking.earn("persistent")


# -- comparing ----------------------------------------------------------------------------------------

def same(one: np.ndarray, other: np.ndarray, size: float) -> bool:
    return bool(np.abs(one - other).max(initial=0.0) <= SAME * size + 1e-9)


def alike(one: Any, other: Any) -> bool:
    """The same numbers but for rounding."""
    return one.shape == other.shape and same(one, other, np.abs(one).max(initial=0.0))


def changed(one: Any, other: Any) -> bool:
    """Other numbers, by more than rounding could explain."""
    if one.shape != other.shape:
        return False
    return bool(np.abs(one - other).max(initial=0.0) > CHANGED * np.abs(one).max(initial=0.0) + 1e-8)
