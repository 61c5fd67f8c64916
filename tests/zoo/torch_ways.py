"""Sound models of PyTorch that are called, initialized or told their mode in ways of their own."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.parameter import is_lazy


@dataclass
class Scored:
    scores: Any
    penalty: Any


class Images(nn.Module):
    """Channels first; batch normalization and dropout behave otherwise in training."""

    def __init__(self, norm=nn.LazyBatchNorm2d):
        super().__init__()
        self.conv, self.norm, self.drop, self.head = nn.LazyConv2d(4, 3, padding=1), norm(), nn.Dropout(0.5), nn.LazyLinear(3)

    def forward(self, x):
        return self.head(self.drop(torch.relu(self.norm(self.conv(x)))).mean((2, 3)))


class Variational(nn.Module):
    """Methods of its own, no ``forward``; it draws at each call, in evaluation too."""

    def __init__(self):
        super().__init__()
        self.moments, self.decoder = nn.LazyLinear(6), nn.LazyLinear(5)

    def posterior(self, x):
        mean, scale = self.moments(x).chunk(2, -1)
        return torch.distributions.Normal(mean, F.softplus(scale) + 0.1)

    def reconstruct(self, x):
        return self.decoder(self.posterior(x).rsample())


class Planned(nn.Module):
    """An initializer of its own, without which it refuses data."""

    def __init__(self, orthogonal=False):
        super().__init__()
        self.inner, self.outer, self.orthogonal = nn.LazyLinear(6), nn.LazyLinear(2), orthogonal

    @torch.no_grad()
    def init_weights(self, x):
        self.outer(self.inner(x.new_zeros(1, x.shape[-1])))
        if self.orthogonal:
            nn.init.orthogonal_(self.inner.weight)

    def forward(self, x):
        if is_lazy(self.inner.weight):
            raise RuntimeError("call init_weights first")
        return self.outer(torch.tanh(self.inner(x)))


class Modes(nn.Module):
    """Dropout that is told its mode from outside."""

    ambient = [True]
    deterministic = False

    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.LazyLinear(8), nn.LazyLinear(3)

    def forward(self, x, train=None):
        train = not self.deterministic if train is None else train
        return self.outer(F.dropout(torch.relu(self.inner(x)), 0.5, train))


class AmbientModes(Modes):
    """The mode is that of a context manager."""

    def forward(self, x):
        return super().forward(x, self.ambient[0])


@contextlib.contextmanager
def mode(flag: bool):
    before, Modes.ambient[0] = Modes.ambient[0], flag
    try:
        yield
    finally:
        Modes.ambient[0] = before


class Power(nn.Module):
    """Spectral normalization: each pass in training moves a buffer, and the weight with it."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.LazyLinear(6), nn.utils.spectral_norm(nn.Linear(6, 4))

    def forward(self, x):
        return self.outer(torch.relu(self.inner(x)))


class Critic(nn.Module):
    """Scores and a penalty in a dataclass; a frozen layer, a layer used twice, one without parameters."""

    def __init__(self):
        super().__init__()
        self.frozen, self.twice, self.rest = nn.LazyLinear(6), nn.LazyLinear(6), nn.Identity()
        self.frozen.weight.requires_grad = self.frozen.bias.requires_grad = False

    def forward(self, x):
        hidden = self.twice(torch.tanh(self.twice(self.rest(self.frozen(x)))))
        return Scored(hidden, hidden.square().mean())


class Tied(nn.Module):
    """The decoder multiplies with the encoder's weight."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.LazyLinear(4, bias=False)

    def forward(self, x):
        return torch.tanh(self.encoder(x)) @ self.encoder.weight


class Experts(nn.Module):
    """An optional branch that most inputs do not reach."""

    def __init__(self):
        super().__init__()
        self.main, self.spare = nn.LazyLinear(4), nn.LazyLinear(4)

    def forward(self, x, spare=False):
        return self.spare(x) if spare else self.main(x)


class Quiet(nn.Module):
    """It keeps its loss and returns nothing."""

    def __init__(self):
        super().__init__()
        self.inner, self.loss = nn.LazyLinear(4), None

    def forward(self, x):
        self.loss = self.inner(x).square().mean()
