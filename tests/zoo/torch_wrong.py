"""Wrong models of PyTorch that authors really write; each fails exactly the clauses that stand beside it in `torch`."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import Parameter, UninitializedParameter


class Own(LazyModuleMixin, nn.Module):
    """A layer of one's own with the framework's mixin; the wrong ones below change one thing each."""

    def __init__(self, units=4):
        super().__init__()
        self.units = units
        self.weight = UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.weight.materialize((self.units, x.shape[-1]))
            self.fill()

    def fill(self):
        with torch.no_grad():
            nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        return F.linear(x, self.weight)


class Unused(nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.forgotten = nn.LazyLinear(4), nn.LazyLinear(3)

    def forward(self, x):
        return self.used(x)


class PassInConstructor(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.LazyLinear(4)
        self.inner(torch.zeros(1, 5))

    def forward(self, x):
        return self.inner(x)


class AnewAtEachCall(nn.Module):
    def forward(self, x):
        self.inner = nn.Linear(x.shape[-1], 4, dtype=x.dtype, device=x.device)
        return self.inner(x)


class WidthOfTheBatch(Own):
    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.weight.materialize((self.units, x.shape[0]))
            self.fill()

    def forward(self, x):
        return self.weight @ x


class Float32Always(Own):
    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.weight.materialize((self.units, x.shape[-1]), dtype=torch.float32)
            self.fill()


class Unwritten(Own):
    def fill(self):
        pass


class Unseeded(Own):
    def fill(self):
        with torch.no_grad():
            self.weight.copy_(torch.from_numpy(np.random.default_rng().normal(size=self.weight.shape)))


def one_layer_for_all():
    """A builder whose layer is kept outside."""
    layer = nn.LazyLinear(4)
    return lambda: nn.Sequential(layer, nn.Tanh())


class AnyWidth(Own):
    """It cuts what is too long and pads what is too short."""

    def forward(self, x):
        return F.linear(F.pad(x, (0, self.weight.shape[1] - x.shape[-1])), self.weight)


class OneWidthMore(Own):
    """An elementwise weight: one feature is broadcast to all."""

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.weight.materialize((x.shape[-1],))
            with torch.no_grad():
                nn.init.normal_(self.weight)

    def forward(self, x):
        return x * self.weight


class Rebinds(nn.Module):
    """It makes itself anew whenever the width changes, and what it has learned is gone."""

    def __init__(self):
        super().__init__()
        self.inner = nn.LazyLinear(4)

    def forward(self, x):
        if self.inner.in_features not in (0, x.shape[-1]):
            self.inner = nn.LazyLinear(4, dtype=x.dtype, device=x.device)
        return self.inner(x)


class Replaces(nn.Module):
    """A new parameter object at the first pass: an optimizer that was made before trains the old one."""

    def __init__(self):
        super().__init__()
        self.weight = UninitializedParameter()

    def forward(self, x):
        if isinstance(self.weight, UninitializedParameter):
            made = torch.empty(4, x.shape[-1], dtype=self.weight.dtype, device=self.weight.device)
            self.weight = Parameter(nn.init.xavier_uniform_(made), self.weight.requires_grad)
        return F.linear(x, self.weight)


class Detached(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.LazyLinear(6), nn.LazyLinear(3)

    def forward(self, x):
        return self.outer(torch.tanh(self.inner(x)).detach())


class BecomesLinear(nn.LazyLinear):
    """After the first pass a lazy layer becomes ``cls_to_become``, here still ``Linear``, whose ``forward`` does less."""

    def forward(self, x):
        return torch.tanh(F.linear(x, self.weight, self.bias))
