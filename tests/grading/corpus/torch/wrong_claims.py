"""Networks that are right with claims that contradict them; a model for the usual widths alone."""
import torch
from torch import nn

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    return nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.LazyLinear(10))


EX2_CLAIM = {"raises": "ValueError", "when": "construction"}


def ex2():
    return nn.Sequential(nn.Linear(20, 256), nn.Linear(100, 10)), torch.rand(2, 20)


class Usual(nn.Module):
    def __init__(self):
        super().__init__()
        self.adapters = nn.ModuleDict({str(d): nn.Linear(d, 16) for d in (1, 2, 4, 8, 10, 16, 20, 32, 64, 100, 128, 256, 512)})
        self.trunk = nn.Linear(16, 10)

    def forward(self, X):
        return self.trunk(self.adapters[str(X.shape[1])](X))


def ex3():
    return Usual()
