"""Steady: in which mode a model repeats itself, and what is eager about it. Authors' models draw, move and fail in ways of their own."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, ContextManager, Iterator, Mapping, Sequence

import numpy as np

from ..frameworks.base import NotOffered
from .clause import Lacking, Violation
from .compare import close
from .failing import describe, ours


class Steady:
    """The part of a `Trial` that makes outputs comparable, and tells laziness' faults from others."""

    @contextlib.contextmanager
    def evaluating(self, model) -> Iterator[None]:
        """The model in evaluation mode, by the framework's switch and by the author's ``train=``."""
        before, self.adapter.training = self.adapter.training, self.subject.train is None and self.adapter.training
        try:
            with self.adapter.evaluating(model):
                yield
        finally:
            self.adapter.training = before

    def steady(self, model) -> ContextManager:
        """The mode in which equal inputs give equal outputs: the default one, else evaluation."""
        return self.evaluating(model) if "training" in self.wavering else contextlib.nullcontext()

    @property
    def wavering(self) -> tuple:
        """The modes in which equal inputs give unequal outputs: dropout draws, spectral norm moves; some models always draw."""
        if self.subject.shipped or self.subject.deterministic:
            return ()
        if self.subject.deterministic is False:
            return ("training", "evaluation")
        if "wavering" not in self.memo:
            model = self.initialized()
            with self.evaluating(model):
                evaluation = self._repeats(model)
            with self.adapter.learning(model):
                training = self._repeats(model)
            self.memo["wavering"] = (() if training else ("training",)) + (() if evaluation else ("evaluation",))
        return self.memo["wavering"]

    def _repeats(self, model) -> bool:
        first, second = self.apply(model), self.apply(model)
        return all(one.shape == two.shape and np.allclose(one, two, rtol=1e-6, atol=1e-6, equal_nan=True) for one, two in zip(first, second))

    def settled(self, model) -> Mapping[str, np.ndarray]:
        """The values that no ordinary pass may move: all of a reference model, all but the buffers of an author's own."""
        buffers = () if self.subject.shipped else {fact.name for fact in self.adapter.parameters(model) if fact.buffer}
        return {name: value for name, value in self.adapter.values(model).items() if name not in buffers}

    def same_output(self, found: Sequence[np.ndarray], due: Sequence[np.ndarray], what: str, tolerance: float = 1e-5) -> None:
        """Outputs agree, where the model gives equal outputs for equal inputs at all."""
        if "evaluation" in self.wavering:
            self.observe("outputs", "not compared: equal inputs give unequal ones in evaluation mode too")
            return
        close(found, due, what, tolerance)

    def eager(self):
        """The eager twin, or where none is given a model after its first pass: what a lazy one is to behave like."""
        return self.twin() if self.subject.like else self.initialized()

    def unless_eager_fails(self, name: str, lazy: Callable[[], Any], eager: Callable[[], Any]) -> bool:
        """Run ``lazy`` and say whether it ran; where an author's model fails without laziness too, that is recorded only."""
        try:
            lazy()
            return True
        except (Lacking, NotOffered):
            raise
        except Exception as error:
            if self.subject.shipped or ours(error) and not isinstance(error, Violation):
                raise
            refused = self.raised(eager)
            if refused is None:
                raise
            self.observe(name, f"fails without laziness too: {describe(refused)}")
            return False
