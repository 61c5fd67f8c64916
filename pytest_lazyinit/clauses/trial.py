"""Trial: one subject on one adapter and device, as a clause sees it.

The trial builds, feeds and asks; it turns what a model raises where nothing may raise into a
`Violation` that names the step.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Dict, List, Mapping, Optional

import numpy as np

from ..frameworks.base import Adapter, Batch, NotOffered, Parameter
from ..subjects import Subject
from .clause import Lacking, Violation
from .failing import describe, failed, kinds_named, matches, ours, raised_by, violation  # noqa: F401 (clauses take them from here)
from .feed import Feed
from .steady import Steady
from .widths import Widths

# A gradient is rounding where it is this small beside the largest one of its model (float32 computes with 1e-7).
ROUNDING = 1e-6


class Trial(Widths, Steady):
    """What a clause works with.

    Parameters
    ----------
    subject : Subject
    adapter : Adapter
    seed : int
        Seeds the model's parameters and the harness' data.
    memo : dict, optional
        Shapes established by one clause and read by others; shared by the trials of one run.
    """

    def __init__(self, subject: Subject, adapter: Adapter, seed: int = 0, memo: Optional[dict] = None):
        self.subject = subject
        self.adapter = adapter.bound(subject.calls)
        self.seed = seed
        self.memo = {} if memo is None else memo
        self.observations: Dict[str, str] = {}
        self.model: Any = None
        self.feed = Feed(subject, self.adapter, seed + 1, self.memo, self.fresh_shapes)

    # -- models -----------------------------------------------------------------------------------

    def build(self, builder: Optional[Callable[[], Any]] = None):
        """A fresh, untouched model (of the subject's builder by default), after seeding."""
        self.feed.prepare()
        self.adapter.seed(self.seed)
        try:
            with self.adapter.building():
                built = (builder or self.subject.builder)()
        except Exception as error:
            raise failed("the builder to make a model", error) from error
        model = self.adapter.adopt(built)
        if builder is None or self.model is None:
            self.model = model  # the subject's own model, of whose layers deviations speak
        return model

    def twin(self):
        """A fresh eager twin, after seeding."""
        return self.build(self.subject.like)

    def initialized(self, batch: Optional[Batch] = None, builder: Optional[Callable[[], Any]] = None):
        """A fresh model after its first pass."""
        model = self.build(builder)
        self.first_pass(model, batch)
        return model

    # -- passes that must work ----------------------------------------------------------------------

    def first_pass(self, model, batch: Optional[Batch] = None, what: str = "the first pass") -> List[np.ndarray]:
        return self._pass(self.adapter.first_pass, model, self.batch() if batch is None else batch, what)

    def apply(self, model, batch: Optional[Batch] = None, what: str = "a later pass") -> List[np.ndarray]:
        return self._pass(self.adapter.apply, model, self.later() if batch is None else batch, what)

    def _pass(self, run: Callable, model, batch: Batch, what: str) -> List[np.ndarray]:
        try:
            return list(self.adapter.leaves(run(model, batch)))
        except Exception as error:
            raise failed(f"{what} to work", error) from error

    # -- facts ------------------------------------------------------------------------------------

    @property
    def mismatch_errors(self) -> tuple:
        """What may say that a dimension does not fit; in an author's own layer also what the bare operations raise."""
        return self.adapter.mismatch_errors + (() if self.subject.shipped else self.adapter.operation_errors)

    def offers(self, capability: str) -> bool:
        """Whether the framework offers a capability on which a part of a clause rests."""
        return capability not in self.adapter.missing

    def parameters(self, model) -> Dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.adapter.parameters(model)}

    def uninitialized(self, model) -> List[str]:
        """What is uninitialized, but for what the subject declares to stay so."""
        excused = self.subject.stays_uninitialized
        return [parameter.name for parameter in self.adapter.parameters(model)
                if not parameter.initialized and not matches(parameter.name, excused)]

    @property
    def left(self) -> set:
        """What an ordinary first pass leaves uninitialized: `after.nothing_uninitialized` says so, and no other clause again."""
        return {name for name, shape in self.shapes_at().items() if shape is None or None in shape}

    def shapes(self, model) -> Dict[str, Optional[tuple]]:
        return {parameter.name: parameter.shape for parameter in self.adapter.parameters(model)}

    def as_twin(self, facts: Mapping[str, Any]) -> Dict[str, Any]:
        """The model's facts by the names that the twin uses, where ``names=`` says so."""
        return {self.subject.names.get(name, name): fact for name, fact in facts.items()}

    def unmoved(self, model) -> set:
        """Parameters that no training step moves: those whose gradient is absent, zero or rounding (a bias before a normalization)."""
        found = {name: np.abs(value).max(initial=0) for name, value in self.adapter.gradients(model, self.later()).items() if value is not None}
        rounding = ROUNDING * max(filter(np.isfinite, found.values()), default=0)
        return {name for name in self.trainable(model) if found.get(name, 0) <= rounding}

    def trainable(self, model) -> List[str]:
        return [p.name for p in self.adapter.parameters(model) if p.trainable and not p.buffer and p.initialized]

    def identities(self, model) -> Dict[str, int]:
        """``id`` of each parameter object; the objects live as long as the model does."""
        return {name: id(handle) for name, handle in self.adapter.handles(model).items()}

    def snapshot(self, model) -> tuple:
        """All that a framework says of a model's parameters, to be compared with a later snapshot."""
        return tuple(self.adapter.parameters(model)), self.identities(model)

    def shapes_at(self, width: Any = None) -> Dict[str, Optional[tuple]]:
        """Shapes that a fresh model has after a first pass at a width; of the example by default."""
        if ("shapes", width) not in self.memo:
            self.memo["shapes", width] = self._shapes_at(width)
        return self.memo["shapes", width]

    def _shapes_at(self, width: Any) -> Mapping[str, Optional[tuple]]:
        try:
            return self.adapter.shapes_after(self.build(), self.at_width(width))
        except NotOffered:
            raise
        except Exception as error:
            raise failed(f"a first pass at width {width} to work", error) from error

    def input_facing(self) -> Dict[str, tuple]:
        """Axes of each parameter that follow the input's width, found by two fresh models at two widths."""
        here, there = self.shapes_at(), self.shapes_at(self.varied_width)
        axes = {name: tuple(axis for axis, pair in enumerate(zip(shape or (), there.get(name) or ())) if len(set(pair)) > 1)
                for name, shape in here.items()}
        return {name: found for name, found in axes.items() if found}

    def observe(self, name: str, fact: Any) -> Any:
        """Record a fact though no one is right or wrong; gives the fact back."""
        self.observations[name] = fact if isinstance(fact, str) else repr(fact)
        return fact

    def raised(self, call: Callable[[], Any]) -> Optional[Exception]:
        """The exception that a call raises, or ``None``."""
        try:
            call()
        except NotOffered:
            raise
        except Exception as error:
            with contextlib.suppress(AttributeError):
                error.lazyinit_raised = True  # frameworks cut their frames out of a traceback, so it does not tell
            return error
        return None

    def require(self, fact: Any, give: str) -> Any:
        """A fact without which the clause is ``n/a``; ``give`` says what to give."""
        if not fact:
            raise Lacking(give)
        return fact

    # -- probes -------------------------------------------------------------------------------------

    def affordable(self, routes: Mapping[str, Any]) -> Dict[str, Any]:
        """An adapter's routes without those that take long for each model, unless this is a reference model."""
        return {name: route for name, route in routes.items() if self.subject.shipped or not getattr(route, "costly", False)}

    def each(self, items: Mapping[str, Any], check: Callable[[str, Any], None]) -> None:
        """Run ``check(name, item)`` for all items, each a probe, and raise one `Violation` with all that failed.

        No items is an error of the harness: a clause over nothing could not fail.
        """
        if not items and not self.subject.shipped:
            raise Lacking("the framework has nothing to probe on this model here")
        if not items:
            raise ValueError("the adapter offers nothing to probe and does not declare the capability missing")
        found = {name: violation(check, name, item) for name, item in items.items()}
        refused = {name: why for name, why in found.items() if isinstance(why, NotOffered)}
        if len(refused) == len(items):
            raise next(iter(refused.values()))
        for name, why in refused.items():
            self.observe(name, f"not offered: {why}")
        failures = [(name, failure) for name, failure in found.items() if isinstance(failure, Violation)]
        if failures:
            texts = {name: f"[{name}] {failure}" for name, failure in failures}
            cause = next((failure.__cause__ for _, failure in failures if failure.__cause__), None)
            raise Violation("\n".join(texts.values()), {name: raised_by(failure) for name, failure in failures}, texts=texts) from cause
