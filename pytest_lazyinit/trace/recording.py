"""Recording a first pass: calls, and after each what has become initialized since."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import time
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

import numpy as np

from ..frameworks.base import Adapter, Batch, Parameter
from ..inputs import walk
from . import Call, Event, Moment, Shape, size
from .failure import said


class Clock:
    """Milliseconds since it was made, but for the times when it stood still."""

    def __init__(self):
        self.began = time.perf_counter()
        self.stopped: Optional[float] = None

    def now(self) -> float:
        return round(1000 * ((self.stopped or time.perf_counter()) - self.began), 3)

    @contextlib.contextmanager
    def standing(self) -> Iterator[None]:
        self.stopped = time.perf_counter()
        try:
            yield
        finally:
            self.began += time.perf_counter() - self.stopped
            self.stopped = None


class Recorder:
    """Watches one pass of one model.

    Parameters
    ----------
    adapter : Adapter
    model
        What ``adapter.adopt`` returned, untouched.
    """

    def __init__(self, adapter: Adapter, model: Any):
        self.adapter = adapter
        self.model = model
        self.calls: List[Call] = []
        self.events: List[Event] = []
        self.timeline: List[Moment] = []
        self.error: Optional[Exception] = None
        self.failing: Optional[int] = None  # the innermost call whose exception is on its way up
        self.milliseconds = 0.0
        self.clock = Clock()
        self._open: List[int] = []
        self._durations: Dict[str, float] = {}
        self._seen: Dict[str, int] = {}
        self._found: Dict[str, Parameter] = {}  # what the adapter told and the model may not show yet
        self.facts = {fact.name: fact for fact in adapter.parameters(model)}
        self._first = dict(self.facts)
        self._known = {name for name, fact in self.facts.items() if fact.initialized}

    def run(self, batch: Batch) -> None:
        """The first pass; what it raises is kept in ``error``."""
        with self.adapter.watched(self.model, self.enter, self.leave, self.made) as self.layers:
            self.before = self._initialized_before()
            self.clock = Clock()
            try:
                self.adapter.first_pass(self.model, batch)
            except Exception as error:
                self.error = error
            self.milliseconds = self.milliseconds or self.clock.now()
            self._look()
            self.waiting = list(self.layers.waiting())
            self.owners = {name: self.layers.owner(name) for name in self.facts}
        self._complete()

    # -- what the adapter tells -----------------------------------------------------------------------

    def enter(self, path: str, class_name: str, arguments: Any) -> None:
        with self.clock.standing():
            self._look(inside=True)
            self.failing = None
            parent = self._open[-1] if self._open else None
            self.calls.append(Call(len(self.calls), path, class_name, len(self._open), parent, shapes(arguments), began=self.clock.now()))
            self._open.append(len(self.calls) - 1)
            self.timeline.append(Moment("enter", len(self.calls) - 1))

    def leave(self, path: str, class_name: str, outcome: Any) -> None:
        call = self.calls[self._open[-1]]
        self.milliseconds = self.clock.now()
        call.milliseconds = round(self.milliseconds - call.began, 3)
        with self.clock.standing():
            self._look(inside=True)
            self._open.pop()
            self.timeline.append(Moment("leave", call.index))
            if isinstance(outcome, BaseException):
                call.raised = said(outcome)
                self.failing = call.index if self.failing is None else self.failing
            else:
                call.outputs = shapes(outcome)
                self.failing = None

    def made(self, name: str, milliseconds: float, found: Mapping[str, Tuple[Parameter, Optional[np.ndarray]]]) -> None:
        with self.clock.standing():
            self._durations.setdefault(name, round(milliseconds, 3))
            self._look(found, inside=True)

    # -- looking --------------------------------------------------------------------------------------

    def _look(self, found: Mapping[str, tuple] = {}, inside: bool = False) -> None:
        """Note what has become initialized. Inside a pass a framework may be unable to say; then it is noted later."""
        with contextlib.suppress(*(Exception,) if inside else ()):
            self._found.update({name: fact for name, (fact, _) in found.items()})
            self.facts = {**self._found, **{fact.name: fact for fact in self.adapter.parameters(self.model)}}
            for name, fact in self.facts.items():
                if fact.shape is not None:  # what has no shape may be a mere promise of a layer
                    self._seen.setdefault(name, len(self._seen))
            fresh = sorted((name for name, fact in self.facts.items() if fact.initialized and name not in self._known), key=self._seen.get)
            if fresh:
                values = {**self.adapter.values(self.model), **{name: value for name, (_, value) in found.items()}}
                for name in fresh:
                    self._note(name, values.get(name))

    def _note(self, name: str, value: Optional[np.ndarray]) -> None:
        call = self._open[-1] if self._open else None
        event = self._event(len(self.events) + 1, name, value, call, self.clock.now())
        self.events.append(event)
        self.timeline.append(Moment("event", event.order))
        self._known.add(name)
        if call is not None:
            self.calls[call].events = (*self.calls[call].events, event.order)

    def _event(self, order: int, name: str, value: Optional[np.ndarray], call: Optional[int], at: Optional[float]) -> Event:
        fact, first, (layer, kind) = self.facts[name], self._first.get(name), self.layers.owner(name)
        mean, deviation = moments(value)
        places = (name, layer, self.calls[call].layer if call is not None else layer)
        duration = next((self._durations[place] for place in places if place in self._durations), None)
        return Event(order, name, layer, kind, call, first is not None, first.shape if first else None, fact.shape, fact.dtype, fact.device,
                     volume(fact), mean, deviation, fact.buffer, fact.trainable, at, duration)

    def _initialized_before(self) -> List[Event]:
        values = self.adapter.values(self.model) if self._known else {}
        return [self._event(0, name, values.get(name), None, None) for name in self.facts if name in self._known]

    def _complete(self) -> None:
        """What could not be told inside the pass: values of abstract variables, their devices and final shapes."""
        final = {fact.name: fact for fact in self.adapter.parameters(self.model)}
        lacking = any(event.mean is None for event in self.events)
        values = self.adapter.values(self.model) if lacking else {}
        self.events = [completed(event, final.get(event.parameter), values.get(event.parameter)) for event in self.events]
        self.kept = {name for name, fact in final.items() if fact.initialized}


def completed(event: Event, fact: Optional[Parameter], value: Optional[np.ndarray]) -> Event:
    """An event with what the model says of its parameter after the pass."""
    if fact is None:
        return event
    mean, deviation = (event.mean, event.deviation) if event.mean is not None else moments(value)
    return dataclasses.replace(event, after=fact.shape, dtype=fact.dtype, device=fact.device, bytes=volume(fact), mean=mean, deviation=deviation)


def moments(value: Optional[np.ndarray]) -> Tuple[Optional[float], Optional[float]]:
    """Mean and standard deviation of an array, ``None`` for what has none or none that is finite."""
    if value is None or not np.size(value):
        return None, None
    with np.errstate(all="ignore"), contextlib.suppress(TypeError, ValueError):
        flat = np.abs(value) if np.iscomplexobj(value) else np.asarray(value, dtype=np.float64)
        mean, deviation = float(flat.mean()), float(flat.std())
        return (mean, deviation) if np.isfinite([mean, deviation]).all() else (None, None)
    return None, None


def volume(fact: Parameter) -> Optional[int]:
    """Bytes of a parameter's values, ``None`` where shape or type are unknown."""
    if fact.shape is None or fact.dtype is None or None in fact.shape:
        return None
    try:
        width = np.dtype(fact.dtype).itemsize
    except TypeError:  # bfloat16, float8_e4m3fn: NumPy knows them only beside packages that define them
        bits = re.search(r"\d+", fact.dtype)
        width = max(1, int(bits.group()) // 8) if bits else 0
    return size(fact.shape) * width if width else None


def shapes(nest: Any) -> List[Shape]:
    """Shapes of the arrays in arguments or an output, in order; what has no shape is left out."""
    return [found for _, leaf in walk(nest) for found in [shape(leaf)] if found is not ...]


def shape(leaf: Any) -> Any:
    """A leaf's shape; ``None`` where its number of axes is unknown, ``...`` for what is no array."""
    given = getattr(leaf, "shape", ...)
    if given is ... or callable(given):
        return ...
    try:
        return tuple(None if axis is None else int(axis) for axis in given)
    except (TypeError, ValueError):
        return None
