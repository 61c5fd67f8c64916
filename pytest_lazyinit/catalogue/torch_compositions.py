"""Lazy models of several layers in PyTorch, each with its eager twin: what layers do to one another."""

from __future__ import annotations

from typing import Any, List, Optional

from ..subjects import Subject, Variant

FRAMEWORK = "torch"


def lenet(channels: Optional[int] = None, eager: bool = False, pooled: int = 2) -> Any:
    """Two convolutions with pooling, then a head over as many places at every resolution."""
    from . import torch_modules
    return torch_modules.lenet(channels, eager, pooled)


def residual(channels: Optional[int] = None) -> Any:
    """A residual block whose skip connection is a lazy 1×1 convolution."""
    from .torch_modules import Residual
    return Residual(channels)


def recurrent(width: Optional[int] = None) -> Any:
    """A recurrent net between lazy features and a lazy head; the recurrent layer has no lazy form."""
    from .torch_modules import Recurrent
    return Recurrent(width)


def attention(width: Optional[int] = None) -> Any:
    """An attention block with lazy projections, and a residual connection around it."""
    from .torch_modules import Attention
    return Attention(width)


def autoencoder(width: Optional[int] = None) -> Any:
    """A decoder with the transposed weight of its lazy encoder."""
    from .torch_modules import Autoencoder
    return Autoencoder(width)


def branching(width: Optional[int] = None) -> Any:
    """Two branches, of which the input's rank takes one: the other stays uninitialized."""
    from .torch_modules import Branching
    return Branching(width)


def composition(builder: Any, shape: tuple, **known: Any) -> Subject:
    return Subject(builder, input_shape=shape, name=builder.__name__, framework=FRAMEWORK, versions=">=1.9", small=True, **known)


def subjects() -> List[Subject]:
    """The compositions; lazy batch statistics came a release after lazy modules."""
    return [
        composition(lenet, (2, 1, 28, 27), like=lambda: lenet(1, True), twin_at=lambda channels: lenet(channels, True),
                    resolutions=Variant(lenet, input_shapes=[(2, 1, 20, 19), (2, 1, 33, 35)])),
        composition(residual, (2, 3, 9, 7), like=lambda: residual(3), twin_at=residual,
                    resolutions=Variant(residual, input_shapes=[(2, 3, 5, 6), (2, 3, 12, 11)])),
        composition(recurrent, (2, 7, 5), like=lambda: recurrent(5), same_values=False),
        composition(attention, (2, 7, 5), like=lambda: attention(5), same_values=False),
        composition(autoencoder, (4, 5), like=lambda: autoencoder(5), twin_at=autoencoder),
        composition(branching, (4, 5), stays_uninitialized=["images.*"]),
    ]
