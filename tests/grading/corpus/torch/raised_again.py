"""Wrong: an error that was caught before and is raised again by hand; claims without the right form; a seeded restart at each change of width."""
import torch
from torch import nn

EX1_IN = 20
EX1_CLAIM = {"first": "True", "rest": False}


def ex1():
    return nn.Sequential(nn.Flatten(), nn.Linear(20, 30), nn.ReLU(), nn.LazyLinear(10))


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}

try:
    nn.Linear(3, 4)(torch.rand(2, 5))
except RuntimeError as error:
    KEPT = error


class Again(nn.Module):
    def forward(self, X):
        raise KEPT


def ex2():
    return Again(), torch.rand(2, 30)


class Restarted(nn.Module):
    width = None

    def forward(self, X):
        if self.width != X.shape[1]:
            self.width = X.shape[1]
            torch.manual_seed(0)
            self.layer = nn.Linear(self.width, 10)
        return self.layer(X)


def ex3():
    return Restarted()
