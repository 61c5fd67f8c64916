"""Modules of PyTorch that a fault needs; at the top of a module, so that they can be pickled."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn


class DrawnLate(nn.LazyLinear):
    """A lazy layer whose bias is there from construction on, and drawn anew at the first pass."""

    def __init__(self, units: int):
        super().__init__(units)
        self.bias = nn.Parameter(torch.zeros(units))

    def initialize_parameters(self, input) -> None:
        self.in_features = input.shape[-1]
        if self.has_uninitialized_params():
            self.weight.materialize((self.out_features, self.in_features))
            self.reset_parameters()


class Average(nn.Module):
    """A running mean of nothing yet: zero divided by zero."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1) / torch.zeros(1))

    def forward(self, x):
        return x


class Offset(nn.Module):
    """A fixed random offset, drawn from a generator of its own that nobody seeds."""

    def __init__(self, units: int):
        super().__init__()
        self.register_buffer("offset", torch.tensor(np.random.default_rng().random(units).tolist()))

    def forward(self, x):
        return x + self.offset


class Extractor(nn.Sequential):
    """Takes a frozen first layer for a frozen model."""

    def forward(self, input):
        frozen = not any(parameter.requires_grad for parameter in self[0].parameters())
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            return super().forward(input)


class Trimmed(nn.Linear):
    """Cuts off what is wider than declared."""

    def forward(self, input):
        return super().forward(input[..., :self.in_features])


class DetachedTie(nn.Sequential):
    """Three layers, of which the second one is used twice and detached the second time."""

    def forward(self, input):
        first, shared, last = self[0], self[2], self[4]
        hidden = torch.relu(shared(torch.relu(first(input))))
        again = nn.functional.linear(hidden, shared.weight.detach(), shared.bias.detach())
        return last(torch.relu(again))


class Columns(nn.Module):
    """A convolution and a dense layer over the columns of an image: its parameters depend on the image's width."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.LazyConv2d(4, kernel_size=3, padding=1)
        self.head = nn.LazyLinear(10)

    def forward(self, image):
        if image.ndim and not image.numel():
            raise ValueError(f"an image of shape {tuple(image.shape)} is empty")
        return self.head(self.convolution(image).mean(dim=(-3, -2)))


class DrawnInUse(nn.Sequential):
    """Draws its weights at the first pass that it sees, unless they were loaded, without asking who else is on the way."""

    def __init__(self, *layers):
        super().__init__(*layers)
        self.drawn = False

    def forward(self, input):
        if self.drawn:
            return super().forward(input)
        super().forward(input)
        for layer in (self[0], self[2]):
            nn.init.kaiming_uniform_(layer.weight, a=5 ** 0.5)
        self.drawn = True
        return super().forward(input)

    def _load_from_state_dict(self, *details):
        self.drawn = True
        super()._load_from_state_dict(*details)


def draw_once(module, inputs, output) -> None:
    """A hook that samples after the first pass and takes itself away."""
    torch.rand(1)
    module._forward_hooks.clear()


def do_nothing(module, inputs) -> None:
    """A hook that does nothing."""
