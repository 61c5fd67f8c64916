"""Trial: one subject on one adapter and device, as a clause sees it.

The trial builds, feeds and asks; it turns what a model raises where nothing may raise into a
`Violation` that names the step.
"""

from __future__ import annotations

import contextlib
import re
from fnmatch import fnmatchcase
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import numpy as np

from ..frameworks.base import Adapter, Batch, NotOffered, Parameter
from ..subjects import Subject
from .clause import Lacking, Violation


class Trial:
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
        self.adapter = adapter
        self.seed = seed
        self.memo = {} if memo is None else memo
        self.observations: Dict[str, str] = {}
        self.model: Any = None

    # -- data -------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple:
        """The subject's input shape, batch first."""
        return tuple(self.subject.input_shape)

    @property
    def width(self) -> int:
        """The size of the input's last axis."""
        return self.shape[-1]

    @property
    def other_width(self) -> int:
        """A width, not the subject's, that a fresh model takes."""
        return tuple(self.subject.other_widths or (self.width + 10,))[0]

    @property
    def wrong_widths(self) -> tuple:
        """Neighbours, 1 and a multiple: the sizes that get broadcast or grouped by mistake."""
        given = self.subject.wrong_widths
        derived = (self.width + 1, self.width - 1, 1, 2 * self.width) if given is None else given
        return tuple(width for width in derived if width > 0 and width != self.width)

    def array(self, shape: Optional[tuple] = None, dtype: Optional[str] = None) -> np.ndarray:
        """Seeded standard normal data of a shape (the subject's by default)."""
        data = np.random.RandomState(self.seed + 1).standard_normal(self.shape if shape is None else tuple(shape))
        return np.asarray(data, dtype=dtype or self.subject.dtype)

    def batch(self, shape: Optional[tuple] = None, dtype: Optional[str] = None) -> Batch:
        return self.adapter.batch(self.array(shape, dtype))

    def at_width(self, width: int) -> Batch:
        """A batch like the subject's, with another size of the last axis."""
        return self.batch(self.shape[:-1] + (width,))

    # -- models -----------------------------------------------------------------------------------

    def build(self, builder: Optional[Callable[[], Any]] = None):
        """A fresh, untouched model (of the subject's builder by default), after seeding."""
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
        return self._pass(self.adapter.first_pass, model, batch, what)

    def apply(self, model, batch: Optional[Batch] = None, what: str = "a later pass") -> List[np.ndarray]:
        return self._pass(self.adapter.apply, model, batch, what)

    def _pass(self, run: Callable, model, batch: Optional[Batch], what: str) -> List[np.ndarray]:
        try:
            return list(self.adapter.leaves(run(model, self.batch() if batch is None else batch)))
        except Exception as error:
            raise failed(f"{what} to work", error) from error

    # -- facts ------------------------------------------------------------------------------------

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

    def shapes(self, model) -> Dict[str, Optional[tuple]]:
        return {parameter.name: parameter.shape for parameter in self.adapter.parameters(model)}

    def trainable(self, model) -> List[str]:
        return [p.name for p in self.adapter.parameters(model) if p.trainable and not p.buffer]

    def identities(self, model) -> Dict[str, int]:
        """``id`` of each parameter object; the objects live as long as the model does."""
        return {name: id(handle) for name, handle in self.adapter.handles(model).items()}

    def snapshot(self, model) -> tuple:
        """All that a framework says of a model's parameters, to be compared with a later snapshot."""
        return tuple(self.adapter.parameters(model)), self.identities(model)

    def shapes_at(self, width: int) -> Dict[str, Optional[tuple]]:
        """Shapes that a fresh model has after a first pass at a width."""
        if ("shapes", width) not in self.memo:
            self.memo["shapes", width] = self.shapes(self.initialized(self.at_width(width)))
        return self.memo["shapes", width]

    def input_facing(self) -> Dict[str, tuple]:
        """Axes of each parameter that follow the input's width, found by two fresh models at two widths."""
        here, there = self.shapes_at(self.width), self.shapes_at(self.other_width)
        axes = {name: tuple(axis for axis, pair in enumerate(zip(shape, there.get(name, shape))) if len(set(pair)) > 1)
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

    def each(self, items: Mapping[str, Any], check: Callable[[str, Any], None]) -> None:
        """Run ``check(name, item)`` for all items, each a probe, and raise one `Violation` with all that failed.

        No items is an error of the harness: a clause over nothing could not fail.
        """
        if not items:
            raise ValueError("the adapter offers nothing to probe and does not declare the capability missing")
        failures = [(name, failure) for name, failure in ((n, violation(check, n, i)) for n, i in items.items()) if failure]
        if failures:
            text = "\n".join(f"[{name}] {failure}" for name, failure in failures)
            cause = next((failure.__cause__ for _, failure in failures if failure.__cause__), None)
            raise Violation(text, {name: raised_by(failure) for name, failure in failures}) from cause


def violation(check: Callable, name: str, item: Any) -> Optional[Violation]:
    """What ``check`` finds wrong; an exception of the framework inside a probe is a violation too."""
    try:
        check(name, item)
    except Violation as found:
        return found
    except (Lacking, NotOffered):
        raise
    except Exception as error:
        if ours(error):
            raise
        found = failed("it to work", error)
        found.__cause__ = error
        return found
    return None


def failed(what: str, error: BaseException) -> Violation:
    return Violation(f"expected {what}; it raised {describe(error)}", raised=[type(error).__name__])


def raised_by(found: Violation) -> Sequence[str]:
    """Exception types behind a violation, its own where the framework raised none."""
    return found.raised or (type(found.__cause__ or found).__name__,)


# Modules of this package that merely hand a call on: the recipes, the chapter, an adapter's lists of routes
# (``torch_routes`` beside ``torch``). A function of a framework that is written in C raises in their frames.
HANDING_ON = re.compile(r"pytest_lazyinit\.(catalogue|chapter|frameworks\.[a-z]+_[a-z]+)\b")


def ours(error: BaseException) -> bool:
    """Whether an exception was raised by a line of this package, not of the framework or the user."""
    if getattr(error, "lazyinit_raised", False):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
    return module.startswith("pytest_lazyinit.") and not HANDING_ON.match(module)


def describe(error: BaseException) -> str:
    """``RuntimeError: first line of its text``; the last line where the text is itself a traceback, as in MXNet."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    line = lines[-1] if lines[0].startswith("Traceback") else lines[0]
    return f"{type(error).__name__}: {line[:300]}"


def matches(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
