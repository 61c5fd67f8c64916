"""Why a pass failed, and why a parameter is still uninitialized after it."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from ..frameworks.base import Parameter
from . import Call, Failure, Shape, Sizes, Step, Waiting


COLOURS = re.compile(r"\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f]")
LONGEST = 400
HEADING = "Exception encountered when calling"
"""Keras tells in a first line which layer raised; what happened is in the next one."""
GROUPED = re.compile(r"groups=(?!1\b)\d")
"""A grouped convolution's parameter shows a part of the channels that it demands."""
RECURRENT = re.compile(r"_hh_|h2h|recurrent")
"""Parameters that face a recurrent layer's state and not its data."""


def failure(recorder: Any) -> Optional[Failure]:
    """What went wrong in a recorded pass, ``None`` where nothing did."""
    if recorder.error is None:
        return None
    call = None if recorder.failing is None else recorder.calls[recorder.failing]
    exception, _, message = (call.raised if call else said(recorder.error)).partition(": ")
    steps = chain(recorder.calls, call)
    return Failure(call.layer if call else None, call.layer_class if call else None, call.index if call else None, exception, message,
                   sizes(message, call, own(recorder, call), steps), steps)


def said(error: BaseException) -> str:
    """``RuntimeError: what happened`` in one line, without colours and without what frameworks put before it."""
    lines = [line.strip() for line in COLOURS.sub("", str(error)).splitlines()]
    lines = [line for line in lines if line and not line.startswith(HEADING)]
    kind = type(error).__name__
    if not lines:
        return kind
    line = lines[-1] if lines[0].startswith("Traceback") else lines[0]
    if line.endswith(":") and len(lines) > 1 and line is lines[0]:
        line = f"{line} {lines[1]}"
    return f"{kind}: {line[len(kind) + 2 if line.startswith(f'{kind}: ') else 0:][:LONGEST]}"


def own(recorder: Any, call: Optional[Call]) -> Dict[str, Parameter]:
    """Parameters of the layer that was called."""
    return {name: fact for name, fact in recorder.facts.items() if call and recorder.owners[name][0] == call.layer}


def chain(calls: Sequence[Call], last: Optional[Call]) -> List[Step]:
    """Calls that returned and called no other layer, in order, then the one that failed; repetitions once."""
    parents = {call.parent for call in calls}
    steps: List[Step] = []
    for call in calls:
        step = Step(call.layer, call.layer_class, call.inputs, call.outputs)
        told = call.raised is None and call.milliseconds is not None and (call.inputs or call.outputs)
        if told and call.index not in parents and step not in steps:
            steps.append(step)
    return steps + ([Step(last.layer, last.layer_class, last.inputs, ())] if last else [])


# -- the two sizes that disagree ----------------------------------------------------------------------

def sizes(message: str, call: Optional[Call], parameters: Mapping[str, Parameter], steps: Sequence[Step]) -> Optional[Sizes]:
    """A size of the data and one that a parameter demands, both of which the message names.

    Where the layer has no parameters, two sizes of the shapes that led there, if the message names exactly two,
    each once. Rather none than a wrong pair.
    """
    told = numbers(message)
    if call is None or GROUPED.search(message):
        return None
    shapes = {name: fact.shape for name, fact in parameters.items() if fact.shape and not RECURRENT.search(name)}
    matrices = {name: shape for name, shape in shapes.items() if len(shape) > 1}
    for name, shape in (matrices or shapes).items():
        for found, demanded in facing(name, shape, call):
            if found != demanded and found in told and demanded in told:
                return Sizes(found, demanded, name)
    here = {axis for step in steps for shape in (*step.inputs, *step.outputs) for axis in (shape or ())[1:]}
    two = [number for number in told if number in here]
    return Sizes(*two) if len(two) == len(set(two)) == 2 and not parameters else None


def numbers(message: str) -> List[int]:
    """Whole numbers of a text, also those in ``2x256``, none that belong to a name such as ``dense_1``."""
    return [int(text) for text in re.findall(r"(?<![\w.])\d+(?![\w.]*\w)", re.sub(r"(?<=\d)x(?=\d)", " ", message))]


def facing(name: str, shape: Shape, call: Call) -> Iterator[Tuple[Optional[int], Optional[int]]]:
    """``(size of the data, size that a parameter demands)`` where the two meet.

    A ``weight`` is (outputs, inputs, …) and its data have their channels on axis 1 of a convolution, else last; a
    ``kernel`` is (…, inputs, outputs) and its data have them last; transposed convolutions have the two axes the
    other way round. A vector faces the channels, be they first or last.
    """
    turned = "Transpose" in call.layer_class
    for data in call.inputs:
        if not data or len(data) < 2:
            continue
        if len(shape) == 1:
            yield from ((data[axis], shape[0]) for axis in (1, -1))
        elif name.endswith("kernel"):
            yield data[-1], shape[-1 if turned else -2]
        else:
            demanded = shape[0 if turned else 1]
            yield data[1 if len(data) == len(shape) > 2 else -1], demanded
            yield flattened(data), demanded  # Gluon's Dense makes one axis of all but the first


def flattened(data: Shape) -> Optional[int]:
    """The product of all axes but the first, ``None`` where one is unknown."""
    product = 1
    for axis in data[1:]:
        if axis is None:
            return None
        product *= axis
    return product


# -- what is left -------------------------------------------------------------------------------------

def uninitialized(recorder: Any) -> List[Waiting]:
    """Parameters without a value after the pass, and layers that were to create theirs."""
    unmade = dict(recorder.waiting)  # an adapter may list such a layer among the parameters, by its path
    known = {name: fact for name, fact in recorder.facts.items() if name not in recorder.kept and name not in unmade}
    listed = [Waiting(name, *recorder.owners[name], fact.shape, why(recorder, *recorder.owners[name], fact)) for name, fact in known.items()]
    named = {waiting.layer for waiting in listed}
    return listed + [Waiting(None, path, kind, None, why(recorder, path, kind)) for path, kind in recorder.waiting if path not in named]


def why(recorder: Any, path: str, kind: str, fact: Optional[Parameter] = None) -> str:
    """One sentence without its full stop."""
    layer = f"layer {path} ({kind})" if path else f"the model itself ({kind})"
    called = [call for call in recorder.calls if call.layer == path]
    if fact is not None and fact.initialized:
        return "it was made and is lost, for the pass failed before the framework handed it over"
    if recorder.failing is not None and any(call.index == recorder.failing for call in called):
        return f"the pass failed in {layer}"
    if not called:
        return f"{layer} was never called by this pass" + (", which failed before" if recorder.error is not None else "")
    return f"{layer} was called and left it uninitialized"
