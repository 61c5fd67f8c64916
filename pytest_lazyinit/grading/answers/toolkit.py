"""What a framework's module answers about a model. Methods that are the same for all are here."""

from __future__ import annotations

import os
import random
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy

from .faults import Faults
from .own import Unfit
from .walking import Found, Walk

_seed, _seed_numpy = random.seed, numpy.random.seed
_sqrt, _mean, _square, _asarray = numpy.sqrt, numpy.mean, numpy.square, numpy.asarray

FLOOR = 0.01
"""A parameter of zeros moves as if its values were of this size."""


class Toolkit:
    """One framework; imported in ``__init__``, where no operation runs."""

    hidden: Tuple[str, ...] = ()

    def __init__(self, packages: Sequence[Any]):
        self.faults = Faults([os.path.dirname(package.__file__) for package in packages])
        self.walk = Walk(self.is_parameter, self.children, self.hidden)
        self.counts: Dict[int, list] = {}

    def opened(self, namespace: Dict[str, Any], label: str) -> None:
        """An answer is about to be executed in this namespace."""
        self.walk.namespace, self.faults.label = namespace, label

    def watch(self) -> None:
        """From now on a mismatch may be raised, whose origin is asked for."""

    # -- what a framework says of its objects ---------------------------------------------------------

    def is_parameter(self, value: Any) -> bool:
        raise NotImplementedError

    def children(self, value: Any) -> Optional[List[Tuple[str, Any]]]:
        """What an object of the framework holds; ``None`` for its attributes."""
        return None

    def described(self, found: Found) -> Dict[str, Any]:
        """``shape`` (``None`` where unknown), ``exists``, and ``by``, how it came to be, where a framework tells."""
        raise NotImplementedError

    def parameters(self, model: Any) -> List[Dict[str, Any]]:
        """All parameters of a model, in the order in which they were defined."""
        return [{"name": ".".join(found.path), "owner": ".".join(found.owner), "by": "", **self.described(found)} for found in self.walk(model)]

    def adopt(self, value: Any) -> Any:
        """The model as the other methods take it.

        Raises
        ------
        Unfit
            For what is no model.
        """
        if not callable(value):
            raise Unfit(f"what was returned is a {type(value).__name__} and no network that can be called")
        return value

    def form(self, model: Any) -> str:
        return ""

    def seed(self) -> None:
        """Put all generators where they were at the last output, so that what is drawn anew is drawn alike."""
        _seed(0)
        _seed_numpy(0)

    # -- passes ---------------------------------------------------------------------------------------

    def completed(self, model: Any) -> None:
        """A pass of a model, or of a part of one, came to its end."""
        known = self.counts.setdefault(id(model), [model, 0])  # held, so that its id stays its own
        known[1] += 1

    def passes(self, model: Any) -> Optional[int]:
        """The completed passes so far, of a wrapper those of all its parts; ``None`` where the framework does not see them."""
        counts = [self.counts.get(id(part), (None, 0))[1] for part in self.parts(model)]
        own = self.counts.get(id(model), (None, 0))[1]
        return own or min(counts) if counts else own or None

    def parts(self, model: Any) -> List[Any]:
        """The innermost objects of a model whose passes the framework sees."""
        return []

    def start(self, model: Any) -> None:
        """What a user does between construction and the first pass."""

    def first_pass(self, model: Any, x: Any) -> List[int]:
        """The shape of what the first pass gives."""
        return list(self.use(model, x).shape)

    def run(self, model: Any, x: Any) -> None:
        """The network on an answer's own input, waited for."""
        raise NotImplementedError

    def use(self, model: Any, x: Any) -> numpy.ndarray:
        """The output in evaluation mode."""
        raise NotImplementedError

    def step(self, model: Any, x: Any, weights: Any, rate: float) -> List[Dict[str, Any]]:
        """One step of gradient descent on ``(output * weights).sum()``, in evaluation mode so that parameters alone change."""
        raise NotImplementedError

    def shape(self, x: Any) -> List[int]:
        try:
            return [int(size) for size in x.shape]
        except Exception:
            return []


def change(value: Any, gradient: Any, rate: float) -> Optional[numpy.ndarray]:
    """What a step adds to a parameter: against its gradient, by a share of its own size, whatever the gradient's.

    So a step moves every parameter that takes part by about as much, however deep it lies and however wide the input is.
    """
    value, gradient = _asarray(value, dtype="float32"), _asarray(gradient, dtype="float32")
    size = float(_sqrt(_mean(_square(gradient)))) if gradient.size else 0.0
    if not 0 < size < float("inf"):
        return None
    own = float(_sqrt(_mean(_square(value))))
    return (gradient * (-rate * max(own, FLOOR) / size)).astype("float32")


def moved(shape: Any, step: Any) -> Dict[str, Any]:
    """What is told of a parameter that moved."""
    return {"shape": [int(size) for size in shape], "by": float(_sqrt(_mean(_square(step))))}


def first_of(output: Any) -> Any:
    """A model that returns several things is judged by the first."""
    while isinstance(output, (tuple, list)) and output:
        output = output[0]
    return output
