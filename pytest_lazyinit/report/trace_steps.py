"""A trace as a drawing that can be stepped through: the layers as a tree, and the steps in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

from ..trace import Call, Event, Failure, Trace
from .trace import counted, disagreement, listed, named, number, spelled, summary


@dataclass
class Node:
    """A layer of the drawing, with what it calls inside and its parameters; ``index`` numbers it on the page."""

    index: int
    path: str
    kind: str
    calls: List[Call] = field(default_factory=list)
    inside: List["Node"] = field(default_factory=list)
    events: List[Event] = field(default_factory=list)
    waiting: List[Any] = field(default_factory=list)


# -- the drawing --------------------------------------------------------------------------------------

def drawing(trace: Trace) -> List[Node]:
    """The outermost layers, each with the layers that it calls, in the order of their first calls; never called ones last."""
    nodes: Dict[str, Node] = {}
    roots: List[Node] = []
    for call in trace.calls:
        parent = None if call.parent is None else nodes[trace.calls[call.parent].layer]
        node(nodes, roots if parent is None else parent.inside, call.layer, call.layer_class).calls.append(call)
    for event in (*trace.initialized_before, *trace.events):
        owned(nodes, roots, event.layer, event.layer_class).events.append(event)
    for entry in trace.uninitialized:
        if entry.parameter not in {event.parameter for event in trace.events}:
            owned(nodes, roots, entry.layer, entry.layer_class).waiting.append(entry)
    return roots


def node(nodes: Dict[str, Node], among: List[Node], path: str, kind: str) -> Node:
    """The node of a layer, made among its siblings where there is none yet."""
    if path not in nodes:
        nodes[path] = Node(len(nodes), path, kind)
        among.append(nodes[path])
    return nodes[path]


def owned(nodes: Dict[str, Node], roots: List[Node], path: str, kind: str) -> Node:
    """The node that shows a layer's parameters: one inside the innermost layer whose path leads to it."""
    leading = [known for known in nodes if path != known and (not known or path.startswith((f"{known}.", f"{known}/")))]
    return node(nodes, nodes[max(leading, key=len)].inside if leading else roots, path, kind)


def flat(nodes: Sequence[Node]) -> List[Node]:
    """All nodes in the order of the drawing."""
    return [found for one in nodes for found in (one, *flat(one.inside))]


# -- the steps ----------------------------------------------------------------------------------------

def steps(trace: Trace) -> List[Dict[str, Any]]:
    """What the page shows one after the other: a sentence, and which node, parameter and shapes it concerns.

    A call that repeats an earlier one exactly (the steps of a recurrent cell; Keras, which calls layers twice) is left out.
    """
    numbers = {found.path: found.index for found in flat(drawing(trace))}
    skipped, events = repeated(trace.calls), {event.order: event for event in trace.events}
    found = [step("start", begin(trace))]
    for moment in trace.timeline:
        if moment.what == "event":
            event = events[moment.index]
            found.append(step("event", initialized(event), numbers[event.layer], event=event.order))
        elif moment.index not in skipped:
            call = trace.calls[moment.index]
            what = moment.what if moment.what == "enter" or call.raised is None else "fail"
            found.append(step(what, told(what, call, trace.failure), numbers[call.layer], inputs=flow(call.inputs), outputs=flow(call.outputs)))
    return [*found, step("end", end(trace))]


def step(kind: str, text: str, number: Optional[int] = None, **more: Any) -> Dict[str, Any]:
    return {"kind": kind, "text": text, "node": number, **more}


def flow(shapes: Sequence[Any]) -> str:
    return listed(shapes) if shapes else ""


def repeated(calls: Sequence[Call]) -> set:
    """Indices of calls that tell nothing new: equal to an earlier call, or symbolic and without shapes."""
    seen, found = set(), set()
    for call in calls:
        key = (call.layer, flow(call.inputs), flow(call.outputs), call.raised)
        if (key in seen or not (call.inputs or call.outputs or call.raised)) and not call.events:
            found.add(call.index)
        seen.add(key)
    return found


# -- their sentences ----------------------------------------------------------------------------------

def begin(trace: Trace) -> str:
    """Before the pass."""
    there = len(trace.initialized_before)
    known = f" {counted(there, 'parameter')} {'is' if there == 1 else 'are'} initialized already." if there else ""
    return f"Before the pass: no data has been seen, so the shapes that depend on it are unknown.{known}"


def initialized(event: Event) -> str:
    """A parameter takes its shape."""
    what = "buffer" if event.buffer else "parameter"
    known = event.existed and event.before == event.after
    change = f"keeps its shape {spelled(event.after)} and gets its values" if known else (
        f"turns from {spelled(event.before, event.existed)} into {spelled(event.after)}")
    values = f" Mean {number(event.mean)}, deviation {number(event.deviation)}." if event.mean is not None else ""
    when = " before any data arrives" if event.call is None else ""
    size = "" if event.bytes is None else f"; {event.bytes:,} bytes"
    return f"The {what} {event.parameter} of {named(event.layer, event.layer_class)} {change}{when}{size}.{values}"


def told(what: str, call: Call, failure: Optional[Failure]) -> str:
    """A call begins, returns or fails."""
    layer = named(call.layer, call.layer_class)
    if what == "enter":
        return capital(f"{flow(call.inputs) or 'a call without arrays'} reaches {layer}.")
    if what == "leave":
        return capital(f"{layer} returns {flow(call.outputs) or 'no arrays'}.")
    if failure is not None and failure.call == call.index:
        sizes = f" Sizes that disagree: {disagreement(failure)}." if failure.sizes else ""
        return capital(f"{layer} fails. {failure.exception}: {failure.message}.{sizes}".replace("..", "."))
    return capital(f"{layer} hands the failure on.")


def end(trace: Trace) -> str:
    """After the pass."""
    return f"After the {'failed ' if trace.failure else ''}pass: {summary(trace)}."


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
