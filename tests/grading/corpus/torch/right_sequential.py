"""Right, as in the book: Sequential networks, an adapter for each width before a shared trunk."""
import torch
from torch import nn

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    return nn.Sequential(nn.Linear(EX1_IN, 256), nn.ReLU(), nn.LazyLinear(10))


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    net = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(100, 10))
    return net, torch.rand(2, 20)


class Adapted(nn.Module):
    def __init__(self):
        super().__init__()
        self.adapters = nn.ModuleDict()
        self.trunk = nn.Sequential(nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10))

    def forward(self, X):
        d = str(X.shape[-1])
        if d not in self.adapters:
            self.adapters[d] = nn.Linear(int(d), 32)
        return self.trunk(self.adapters[d](X))


def ex3():
    return Adapted()
