"""Models of several layers in tf.keras: what layers do to one another."""

from __future__ import annotations

from typing import Any, List

from ..subjects import Subject, Variant
from .recipes import COMPOSED

FRAMEWORK = "tensorflow"


def composition(kind: str, shape: tuple, **known: Any) -> Subject:
    def build() -> Any:
        from . import tensorflow_modules
        return getattr(tensorflow_modules, kind)()
    return Subject(build, input_shape=shape, name=kind.lower(), framework=FRAMEWORK, small=True, clauses=COMPOSED, **known)


def subjects() -> List[Subject]:
    def lenet() -> Any:
        from .tensorflow_modules import lenet
        return lenet()
    return [
        composition("lenet", (2, 28, 27, 1), resolutions=Variant(lenet, input_shapes=[(2, 20, 19, 1), (2, 33, 35, 1)])),
        composition("Residual", (2, 9, 7, 3)),
        composition("Recurrent", (2, 7, 5)),
        composition("Attention", (2, 7, 5)),
        composition("Autoencoder", (4, 5)),
        composition("Branching", (4, 5), stays_uninitialized=["*conv*"]),
    ]
