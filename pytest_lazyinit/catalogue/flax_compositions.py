"""Modules of several layers in Flax linen: what layers do to one another. Linen has no eager twin; shapes are told from two widths."""

from __future__ import annotations

from typing import Any, List

from ..subjects import Subject, Variant
from .recipes import COMPOSED

FRAMEWORK = "flax"


def composition(kind: str, shape: tuple, **known: Any) -> Subject:
    def build() -> Any:
        from . import flax_modules
        return getattr(flax_modules, kind)()
    return Subject(build, input_shape=shape, name=kind.lower(), framework=FRAMEWORK, small=True, clauses=COMPOSED, **known)


def subjects() -> List[Subject]:
    def lenet() -> Any:
        from .flax_modules import LeNet
        return LeNet()
    return [
        composition("LeNet", (2, 28, 27, 1), resolutions=Variant(lenet, input_shapes=[(2, 20, 19, 1), (2, 33, 35, 1)])),
        composition("Residual", (2, 9, 7, 3)),
        composition("Recurrent", (2, 7, 5), versions=">=0.7"),
        composition("Attention", (2, 7, 5)),
        composition("Autoencoder", (4, 5)),
        composition("Branching", (4, 5)),
    ]
