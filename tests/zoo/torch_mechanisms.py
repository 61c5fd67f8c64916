"""Sound models of PyTorch whose lazy mechanism is a subclass of the framework's, or the author's own."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import Parameter, UninitializedBuffer, UninitializedParameter, is_lazy


class Cosine(nn.LazyLinear):
    """A subclass that adds a scale and stays what it is after the first pass."""

    cls_to_become = None

    def __init__(self, out_features):
        super().__init__(out_features)
        self.scale = Parameter(torch.ones(()))

    def forward(self, x):
        return self.scale * F.linear(F.normalize(x, dim=-1), F.normalize(self.weight, dim=-1), self.bias)


class Affine(LazyModuleMixin, nn.Module):
    """A layer of its own with the framework's mixin, and an uninitialized buffer beside the parameter."""

    def __init__(self):
        super().__init__()
        self.weight = UninitializedParameter()
        self.register_buffer("seen", UninitializedBuffer())

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.weight.materialize((x.shape[-1],))
            self.seen.materialize((x.shape[-1],))
            self.reset_parameters()

    def reset_parameters(self):
        with torch.no_grad():
            nn.init.normal_(self.weight)
            self.seen.zero_()

    def forward(self, x):
        if x.shape[-1:] != self.weight.shape:
            raise RuntimeError(f"{x.shape[-1]} features, expected {self.weight.shape[0]}")
        if self.training:
            self.seen += x.detach().mean(tuple(range(x.dim() - 1)))
        return torch.tanh(x * self.weight)


class Hooked(nn.Module):
    """Uninitialized parameters without the mixin: a hook of its own fills them before the first call."""

    def __init__(self, units=4):
        super().__init__()
        self.units = units
        self.weight = UninitializedParameter()
        self.hook = self.register_forward_pre_hook(Hooked.fill)

    def fill(self, inputs):
        if is_lazy(self.weight):
            self.weight.materialize((self.units, inputs[0].shape[-1]))
            with torch.no_grad():
                nn.init.xavier_uniform_(self.weight)
        self.hook.remove()

    def forward(self, x):
        return F.linear(x, self.weight)


class Placeholder(nn.Module):
    """An ordinary parameter of no elements that is resized in place, as before there were lazy modules."""

    def __init__(self, units=4):
        super().__init__()
        self.units = units
        self.weight = Parameter(torch.empty(0))

    def forward(self, x):
        if self.weight.dim() == 1:
            made = self.weight.new_empty(x.shape[-1], self.units)
            self.weight.data = nn.init.normal_(made, std=0.1)
        return x @ self.weight


def placeholder(name, parameter):
    """Whether a parameter of `Placeholder` is still uninitialized."""
    return parameter.dim() == 1


class Grown(nn.Module):
    """Layers that are made at the first call."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList()

    def forward(self, x):
        if not x.is_floating_point():  # before anything is made, so that a refusal leaves nothing behind
            raise TypeError(f"floating-point input is needed, not {x.dtype}")
        if not self.layers:
            like = dict(dtype=x.dtype, device=x.device)
            self.layers.extend([nn.Linear(x.shape[-1], 6, **like), nn.Linear(6, 3, **like)])
        return self.layers[1](torch.relu(self.layers[0](x)))


class Ensemble(LazyModuleMixin, nn.Module):
    """Members with one stacked parameter each way, over which the pass is mapped."""

    def __init__(self, members=3, units=4):
        super().__init__()
        self.members, self.units = members, units
        self.weight, self.bias = UninitializedParameter(), Parameter(torch.zeros(members, units))

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.weight.materialize((self.members, self.units, x.shape[-1]))
            with torch.no_grad():
                nn.init.normal_(self.weight, std=0.1)

    def forward(self, x):
        return torch.vmap(F.linear, in_dims=(None, 0, 0), out_dims=-2)(x, self.weight, self.bias)


class Partly(nn.Module):
    """Most dimensions are declared, as they commonly are; all of them where ``channels`` says so."""

    def __init__(self, channels=None):
        super().__init__()
        self.stem = nn.Conv1d(channels, 4, 2) if channels else nn.LazyConv1d(4, 2)
        self.body, self.norm, self.head = nn.Conv1d(4, 4, 1), nn.GroupNorm(2, 4), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.norm(self.body(torch.relu(self.stem(x)))).mean(-1))


class Renamed(nn.Module):
    """An eager twin of `Partly` by another author, who gives the layers other names and makes them in another order."""

    def __init__(self, channels):
        super().__init__()
        self.classifier, self.groups = nn.Linear(4, 3), nn.GroupNorm(2, 4)
        self.first, self.second = nn.Conv1d(channels, 4, 2), nn.Conv1d(4, 4, 1)

    def forward(self, x):
        return self.classifier(self.groups(self.second(torch.relu(self.first(x)))).mean(-1))


RENAMED = {f"{ours}.{part}": f"{theirs}.{part}" for part in ("weight", "bias")
           for ours, theirs in (("stem", "first"), ("body", "second"), ("norm", "groups"), ("head", "classifier"))}
