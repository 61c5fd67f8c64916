# -*- coding: latin-1 -*-
"""Right, in an encoding that is declared: a recurrent first layer, a batch norm that does not fit, weight norm. Français."""
import torch
from torch import nn

EX1_IN = 12
EX1_CLAIM = {"first": True, "rest": False}


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.GRU(EX1_IN, 16, batch_first=True)
        self.norm = nn.LazyBatchNorm1d()
        self.last = nn.LazyLinear(10)

    def forward(self, X):
        return self.last(self.norm(self.first(X.unsqueeze(1))[0][:, -1]))


def ex1():
    return Recurrent()


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    return nn.Sequential(nn.LazyLinear(8), nn.BatchNorm1d(9)), torch.rand(3, 5)


class Embedded(nn.Module):
    """Each feature is weighted by a vector that depends on its place through shared parameters."""

    def __init__(self):
        super().__init__()
        self.place = nn.utils.parametrizations.weight_norm(nn.Linear(1, 16))
        self.out = nn.Linear(16, 2)

    def forward(self, X):
        places = torch.linspace(-1, 1, X.shape[1]).unsqueeze(1)
        return self.out(X @ torch.tanh(self.place(places)) / X.shape[1] ** 0.5)


def ex3():
    return Embedded()
