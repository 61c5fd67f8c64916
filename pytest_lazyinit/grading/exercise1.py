"""Exercise 1: a network whose first layer alone was told its width; what exists at construction, and what comes with the first pass.

The structure is judged by what the framework lets such a network do. In PyTorch the first layer's parameters exist at
once and all others come with the pass. Gluon makes the biases of later layers at once. Keras builds all layers from an
``Input``: a later layer that exists early is right where Keras built it from that, and wrong where it was told a width
or has seen data. Linen makes nothing before ``init``, NNX everything at construction.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from .facts import Parameter, claim, parameters, whole
from .feedback import listed
from .marking import Draw, Marking, sent

WIDEST = 4096
NETWORK = "ex1() to return an untouched network whose first layer alone knows its input width"


class Seen(NamedTuple):
    """The parameters of one network: at construction, as started where a framework has a start, and after the pass."""

    form: str
    before: Sequence[Parameter]
    started: Sequence[Parameter]
    after: Sequence[Parameter]
    first: Sequence[str]
    rest: Sequence[str]

    def early(self) -> Dict[str, Parameter]:
        return {one.name: one for one in self.started if one.exists}


def mark(session: Any, draw: Draw, marking: Marking) -> None:
    """Build once, pass once, compare."""
    built = session.ask("build1")
    if marking.failed(built, NETWORK, "ex1"):
        return
    width = width_of(built.get("width"))
    if width is None:
        marking.say(f"expected EX1_IN to be the input width of the first layer, a whole number from 1 to {WIDEST}", name="EX1_IN")
        return
    x = draw.batch(width)
    passed = session.ask("pass1", x=sent(x))
    if marking.failed(passed, "a network that takes a batch of inputs of width EX1_IN", "ex1"):
        return
    rows = passed.get("output")
    if not isinstance(rows, list) or not rows or rows[0] != len(x):
        marking.say("expected one output for each input of a batch; the output has another number of rows", name="ex1")
        return
    seen = divided(built, passed, width)
    structure(marking, seen, built.get("passes"))
    judged(marking, seen, claim(built.get("claim"), ("first", "rest")))


def width_of(value: Any) -> Optional[int]:
    return value if type(value) is int and 1 <= value <= WIDEST else None


def divided(built: Mapping[str, Any], passed: Mapping[str, Any], width: int) -> Seen:
    """Which parameters are the first layer's: those beside the first one that has the input's width."""
    before, started, after = parameters(built.get("parameters")), parameters(passed.get("started")), parameters(passed.get("parameters"))
    form = str(built.get("form", ""))[:20]
    early = {one.name for one in started if one.exists}
    facing = sorted((one for one in after if one.shape and width in one.shape), key=lambda one: (one.name not in early, not one.matrix))
    first = group(facing[0], after, early) if facing else []
    return Seen(form, before, started, after, first, [one.name for one in after if one.name not in first])


def group(facing: Parameter, after: Sequence[Parameter], early: Any) -> List[str]:
    """All that one layer holds; where one object holds the whole network, the matrix and the vectors that fit it."""
    own = [one for one in after if one.owner == facing.owner]
    others = [one for one in after if one.owner != facing.owner]
    if others and len({one.name in early for one in own}) == 1:
        return [one.name for one in own]
    fitting = [one.name for one in own if not one.matrix and one.shape and one.shape[0] in facing.shape and (one.name in early) == (facing.name in early)]
    return [facing.name, *fitting[:1]]


# -- structure ----------------------------------------------------------------------------------------

def structure(marking: Marking, seen: Seen, passes: Any) -> None:
    """The mark, or what is said of it."""
    if passes is not None and whole(passes) > 0:
        marking.say("expected an untouched network; ex1() has already passed data through it", name="ex1")
        return
    trouble = linen(seen) if seen.form.startswith("linen") else layered(marking.framework, seen)
    if trouble:
        marking.say(trouble, name="ex1")
    else:
        marking.earn("structure")


def linen(seen: Seen) -> str:
    """What is wrong with a linen module, whose parameters all come with ``init``."""
    if len({one.owner for one in seen.after}) < 2 and len([one for one in seen.after if one.matrix]) < 2:
        return "expected a network of a first layer and others; the first pass made fewer than two layers"
    return "" if seen.first else "expected the first layer to take inputs of width EX1_IN; no parameter has that width after the first pass"


def layered(framework: str, seen: Seen) -> str:
    """What is wrong with any other network."""
    early = seen.early()
    if not seen.first:
        return "expected the first layer to be told EX1_IN; no parameter has that width, not even after the first pass"
    if not all(name in early for name in seen.first):
        return "expected the first layer's parameters to exist at construction; they came with the first pass, so the layer was not told its width"
    if not seen.rest:
        return "expected further layers after the first; there are none"
    told = [name for name in seen.rest if name in early and not widthless(early[name]) and not excused(framework, seen, early[name])]
    if told:
        return f"expected the first layer alone to be told its width; parameters of others exist before any pass: {listed(tuple(map(label, told)))}"
    return ""


def widthless(parameter: Parameter) -> bool:
    """A single number, such as a slope of an activation function, follows no width."""
    return all(size == 1 for size in parameter.shape or ())


def excused(framework: str, seen: Seen, parameter: Parameter) -> bool:
    """Whether the framework itself makes this parameter early."""
    if framework == "mxnet":
        late = any(one.matrix and one.name not in seen.early() for one in seen.after if one.name in seen.rest)
        return not parameter.matrix and late
    return parameter.by == "symbolic" if framework == "tensorflow" else parameter.by == "eager"


def label(name: str) -> str:
    """A parameter's name as a student may know it."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "?" for letter in name)[:60]


# -- claim --------------------------------------------------------------------------------------------

def judged(marking: Marking, seen: Seen, claimed: Optional[Dict[str, Any]]) -> None:
    """The claim against what was there: at construction, or once started where the answer left that to the grader."""
    if claimed is None or any(type(claimed[name]) is not bool for name in ("first", "rest")):
        marking.say('expected EX1_CLAIM = {"first": …, "rest": …} with True or False, whether each is initialized at once', name="EX1_CLAIM")
        return
    if not seen.first or not seen.rest:
        marking.say("the claim cannot be compared: there are no first layer and others to be seen", name="EX1_CLAIM")
        return
    truths = [truth(seen, moment) for moment in (seen.started, seen.before)]
    if {name: claimed[name] for name in ("first", "rest")} in truths:
        marking.earn("claim")
        return
    wrong = [name for name in ("first", "rest") if claimed[name] != truths[0][name]]
    for name in wrong or ["first", "rest"]:
        what = "the first layer" if name == "first" else "the rest"
        marking.say(f"EX1_CLAIM says that {what} {'is' if claimed[name] else 'is not'} initialized at once; "
                    f"this network in this framework did otherwise", name="EX1_CLAIM")


def truth(seen: Seen, moment: Sequence[Parameter]) -> Dict[str, bool]:
    existing = {one.name for one in moment if one.exists}
    return {"first": all(name in existing for name in seen.first), "rest": all(name in existing for name in seen.rest)}
