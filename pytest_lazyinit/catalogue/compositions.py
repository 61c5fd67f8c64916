"""Models of several layers in each framework: what layers do to one another. Their modules are in ``<framework>_modules``."""

from __future__ import annotations

import importlib
from typing import Any, Callable, List

from ..subjects import Subject, Variant
from .recipes import COMPOSED


def built(framework: str, kind: str) -> Callable:
    """The builder of a model; arguments declare dimensions. Its module, which imports the framework, is imported when it builds."""
    def build(*declared: Any) -> Any:
        return getattr(importlib.import_module(f"{__package__}.{framework}_modules"), kind)(*declared)
    return build


def composition(framework: str, kind: str, shape: tuple, **known: Any) -> Subject:
    return Subject(built(framework, kind), input_shape=shape, name=kind.lower(), framework=framework, small=True, **known)


def twins(framework: str, kind: str, width: int, *eager: Any, at: bool = True) -> dict:
    """The eager twin, which declares the input's ``width``; ``at``: whether for other widths too."""
    build = built(framework, kind)
    return {"like": lambda: build(width, *eager), **({"twin_at": lambda other: build(other, *eager)} if at else {})}


def sizes(framework: str, kind: str, *shapes: tuple) -> Variant:
    return Variant(built(framework, kind), input_shapes=list(shapes))


def torch() -> List[Subject]:
    """Lazy batch statistics came a release after lazy modules."""
    def made(kind: str, shape: tuple, **known: Any) -> Subject:
        return composition("torch", kind, shape, versions=">=1.9", **known)
    return [
        made("lenet", (2, 1, 28, 27), **twins("torch", "lenet", 1, True), resolutions=sizes("torch", "lenet", (2, 1, 20, 19), (2, 1, 33, 35))),
        made("Residual", (2, 3, 9, 7), **twins("torch", "Residual", 3), resolutions=sizes("torch", "Residual", (2, 3, 5, 6), (2, 3, 12, 11))),
        made("Recurrent", (2, 7, 5), **twins("torch", "Recurrent", 5, at=False), same_values=False),
        made("Attention", (2, 7, 5), **twins("torch", "Attention", 5, at=False), same_values=False),
        made("Autoencoder", (4, 5), **twins("torch", "Autoencoder", 5)),
        made("Branching", (4, 5), stays_uninitialized=["images.*"]),
    ]


def mxnet() -> List[Subject]:
    def made(kind: str, shape: tuple, width: int, *eager: Any, **known: Any) -> Subject:
        return composition("mxnet", kind, shape, **twins("mxnet", kind, width, *eager), **known)
    return [
        made("lenet", (2, 1, 28, 27), 1, True, resolutions=sizes("mxnet", "lenet", (2, 1, 20, 19), (2, 1, 33, 35))),
        made("Residual", (2, 3, 9, 7), 3),
        made("Recurrent", (2, 7, 5), 5, same_values=False),
        made("Attention", (2, 7, 5), 5, same_values=False),
        made("Autoencoder", (4, 5), 5),
        made("Branching", (4, 5), 5, stays_uninitialized=["*images*", "*conv*"]),
    ]


def without_twin(framework: str, lenet: str, recurrent: str, left: tuple) -> List[Subject]:
    """Channels come last, and shapes are told from two widths: ``left`` are the parameters of a branch that is not taken."""
    def made(kind: str, shape: tuple, **known: Any) -> Subject:
        return composition(framework, kind, shape, clauses=COMPOSED, **known)
    return [
        made(lenet, (2, 28, 27, 1), resolutions=sizes(framework, lenet, (2, 20, 19, 1), (2, 33, 35, 1))),
        made("Residual", (2, 9, 7, 3)),
        made("Recurrent", (2, 7, 5), versions=recurrent),
        made("Attention", (2, 7, 5)),
        made("Autoencoder", (4, 5)),
        made("Branching", (4, 5), stays_uninitialized=left),
    ]


def tensorflow() -> List[Subject]:
    return without_twin("tensorflow", "lenet", "", ("*conv*",))


def flax() -> List[Subject]:
    return without_twin("flax", "LeNet", ">=0.7", ())
