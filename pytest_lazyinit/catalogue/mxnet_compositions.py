"""Blocks of several lazy layers in Gluon, each with its eager twin: what layers do to one another."""

from __future__ import annotations

from typing import Any, List

from ..subjects import Subject, Variant

FRAMEWORK = "mxnet"


def composition(kind: str, shape: tuple, width: int, **known: Any) -> Subject:
    """``width`` is the input's, which the eager twin declares."""
    def build(*declared: Any) -> Any:
        from . import mxnet_modules
        return getattr(mxnet_modules, kind)(*declared)
    eager = (True,) if kind == "lenet" else ()
    return Subject(build, input_shape=shape, name=kind.lower(), framework=FRAMEWORK, small=True, like=lambda: build(width, *eager),
                   twin_at=lambda other: build(other, *eager), **known)


def subjects() -> List[Subject]:
    def lenet() -> Any:
        from .mxnet_modules import lenet
        return lenet()
    return [
        composition("lenet", (2, 1, 28, 27), 1, resolutions=Variant(lenet, input_shapes=[(2, 1, 20, 19), (2, 1, 33, 35)])),
        composition("Residual", (2, 3, 9, 7), 3),
        composition("Recurrent", (2, 7, 5), 5, same_values=False),
        composition("Attention", (2, 7, 5), 5, same_values=False),
        composition("Autoencoder", (4, 5), 5),
        composition("Branching", (4, 5), 5, stays_uninitialized=["*images*", "*conv*"]),
    ]
