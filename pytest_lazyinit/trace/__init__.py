"""What a first pass did, in the order in which it happened: data, and the function that finds it out.

Shapes are tuples with ``None`` for an unknown dimension, or ``None`` as a whole where nothing is known. Times
are milliseconds on a clock that stands still while the harness looks at the model.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from ..clauses.trial import Trial
from ..frameworks.base import Adapter
from ..subjects import Subject

SCHEMA = 1
Shape = Optional[Tuple[Optional[int], ...]]


@dataclass(frozen=True)
class Event:
    """One parameter or buffer that became initialized.

    ``call`` is the index of the innermost call that was open then, ``None`` outside any call (Gluon's
    ``initialize()``). ``existed`` says whether the parameter was there before the pass; where it was
    not (Keras, Flax), ``before`` is ``None``. ``milliseconds`` is the time since the pass began and
    ``initialization`` how long the framework took to initialize it, the layer that owns it or the one whose
    call initialized it, where that can be told. ``mean`` and ``deviation`` are those of the first values, ``None`` where not finite.
    """

    order: int
    parameter: str
    layer: str
    layer_class: str
    call: Optional[int]
    existed: bool
    before: Shape
    after: Shape
    dtype: Optional[str]
    device: Optional[str]
    bytes: Optional[int]
    mean: Optional[float]
    deviation: Optional[float]
    buffer: bool
    trainable: bool
    milliseconds: Optional[float] = None
    initialization: Optional[float] = None


@dataclass
class Call:
    """One call of a layer; ``raised`` is the exception with which it ended, ``None`` where it returned."""

    index: int
    layer: str
    layer_class: str
    depth: int
    parent: Optional[int]
    inputs: Sequence[Shape]
    outputs: Sequence[Shape] = ()
    began: float = 0.0
    milliseconds: Optional[float] = None
    raised: Optional[str] = None
    events: Sequence[int] = ()


@dataclass(frozen=True)
class Moment:
    """A point of the pass: ``enter`` and ``leave`` of a call (by its index), or an ``event`` (by its order)."""

    what: str
    index: int


@dataclass(frozen=True)
class Waiting:
    """A parameter that is uninitialized after the pass, and why; ``None`` stands for all of a layer that has none yet."""

    parameter: Optional[str]
    layer: str
    layer_class: str
    shape: Shape
    why: str


@dataclass(frozen=True)
class Step:
    """One link of the chain that led to a failure; no ``outputs`` in the last one."""

    layer: str
    layer_class: str
    inputs: Sequence[Shape]
    outputs: Sequence[Shape]


@dataclass(frozen=True)
class Sizes:
    """Two sizes that disagree: the data's and the one that is demanded, by ``parameter`` where one can be named."""

    found: int
    demanded: int
    parameter: Optional[str] = None


@dataclass(frozen=True)
class Failure:
    """The layer in which a pass failed (``None`` outside any), with what, and the chain of shapes that led there."""

    layer: Optional[str]
    layer_class: Optional[str]
    call: Optional[int]
    exception: str
    message: str
    sizes: Optional[Sizes]
    chain: Sequence[Step] = ()


@dataclass(frozen=True)
class Trace:
    """One first pass."""

    framework: str
    version: str
    device: str
    subject: str
    seed: int
    inputs: Sequence[Shape]
    initialized_before: Sequence[Event]
    events: Sequence[Event]
    calls: Sequence[Call]
    timeline: Sequence[Moment]
    totals: Mapping[str, Any]
    uninitialized: Sequence[Waiting] = ()
    failure: Optional[Failure] = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> Dict[str, Any]:
        """Plain data by ``schema/trace-1.json``."""
        return {"schema": SCHEMA, **asdict(self)}


def trace(subject: Subject, adapter: Adapter, seed: int = 0) -> Trace:
    """Build a subject's model and watch its first pass.

    Raises
    ------
    NotOffered
        For an adapter that cannot watch a pass.
    Violation
        For a builder that raises.
    """
    from .failure import failure, uninitialized
    from .recording import Recorder, shapes
    seed = subject.seed if subject.seed is not None else seed
    trial = Trial(subject, adapter, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, batch = trial.build(), trial.batch()
        recorder = Recorder(trial.adapter, model)
        recorder.run(batch)
    return Trace(
        framework=adapter.name, version=adapter.version, versions=dict(adapter.versions()), device=adapter.device,
        subject=subject.name, seed=seed, inputs=shapes((batch.args, batch.kwargs)),
        initialized_before=recorder.before, events=recorder.events, calls=recorder.calls,
        timeline=recorder.timeline, totals=totals(recorder.events, recorder),
        uninitialized=uninitialized(recorder), failure=failure(recorder))


def totals(events: Sequence[Event], recorder: Any) -> Dict[str, Any]:
    """Counts over what the pass initialized; ``values`` are numbers, buffers counted apart."""
    def of(buffer: bool) -> Sequence[Event]:
        return [event for event in events if event.buffer is buffer]
    return {
        "parameters": len(of(False)), "values": sum(size(event.after) for event in of(False)),
        "buffers": len(of(True)), "bytes": sum(event.bytes or 0 for event in events),
        "initialized_before": len(recorder.before), "layers": len({call.layer for call in recorder.calls} - {""}),
        "calls": len(recorder.calls), "milliseconds": round(recorder.milliseconds, 3),
    }


def size(shape: Shape) -> int:
    """Number of elements; 0 where a dimension is unknown."""
    count = 1
    for dimension in shape if shape is not None else (0,):
        count *= dimension or 0
    return count
