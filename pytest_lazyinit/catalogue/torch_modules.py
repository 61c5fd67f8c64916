"""Modules of the compositions in PyTorch. The one file here that imports a framework, since what is pickled has to be found in a module:
it is imported when such a model is built, and not before."""

from __future__ import annotations

from typing import Any, Optional

from torch import nn
from torch.nn import functional


def linear(units: int, width: Optional[int] = None) -> Any:
    return nn.LazyLinear(units) if width is None else nn.Linear(width, units)


def convolution(units: int, kernel: int, width: Optional[int] = None, **options: Any) -> Any:
    return nn.LazyConv2d(units, kernel, **options) if width is None else nn.Conv2d(width, units, kernel, **options)


def lenet(channels: Optional[int] = None, eager: bool = False, pooled: int = 2) -> Any:
    """Two convolutions with pooling, then a head over as many places at every resolution."""
    def of(width: int) -> Optional[int]:
        return width if eager else None
    return nn.Sequential(convolution(6, 5, channels, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
                         convolution(16, 5, of(6)), nn.Sigmoid(), nn.AdaptiveAvgPool2d(pooled), nn.Flatten(),
                         linear(24, of(16 * pooled ** 2)), nn.Sigmoid(), linear(10, of(24)))


class Residual(nn.Module):
    """A residual block whose skip connection is a lazy 1×1 convolution."""

    def __init__(self, channels: Optional[int] = None):
        super().__init__()
        inner = None if channels is None else 8
        self.first, self.second = convolution(8, 3, channels, padding=1), convolution(8, 3, inner, padding=1)
        self.skip = convolution(8, 1, channels)
        self.norm = nn.LazyBatchNorm2d() if channels is None else nn.BatchNorm2d(8)

    def forward(self, x):
        return functional.relu(self.norm(self.second(functional.relu(self.first(x)))) + self.skip(x))


class Recurrent(nn.Module):
    """A recurrent net between lazy features and a lazy head; the recurrent layer has no lazy form."""

    def __init__(self, width: Optional[int] = None):
        super().__init__()
        self.features = linear(8, width)
        self.recurrent = nn.GRU(8, 12, batch_first=True)
        self.head = linear(5, None if width is None else 12)

    def forward(self, x):
        return self.head(self.recurrent(self.features(x))[0][:, -1])


class Attention(nn.Module):
    """An attention block with lazy projections, and a residual connection around it."""

    def __init__(self, width: Optional[int] = None):
        super().__init__()
        self.query, self.key, self.value = (linear(8, width) for _ in range(3))
        self.out = linear(8, None if width is None else 8)

    def forward(self, x):
        query, value = self.query(x), self.value(x)
        weights = (query @ self.key(x).transpose(-2, -1) / 8 ** 0.5).softmax(-1)
        return self.out(weights @ value) + query


class Autoencoder(nn.Module):
    """A decoder with the transposed weight of its lazy encoder."""

    def __init__(self, width: Optional[int] = None):
        super().__init__()
        self.encoder = linear(6, width)

    def forward(self, x):
        return functional.linear(functional.relu(self.encoder(x)), self.encoder.weight.t())


class Branching(nn.Module):
    """Two branches, of which the input's rank takes one: the other stays uninitialized."""

    def __init__(self, width: Optional[int] = None):
        super().__init__()
        self.rows, self.images = linear(6, width), convolution(6, 3)

    def forward(self, x):
        return self.images(x) if x.dim() == 4 else self.rows(x)
