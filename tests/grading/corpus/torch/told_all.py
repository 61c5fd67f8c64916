"""Wrong: every layer is told its width; the error is raised by hand; parameters are made anew at each call."""
import torch
from torch import nn

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    return nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


class Checked(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(20, 10)

    def forward(self, X):
        if X.shape[1] != 20:
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({len(X)}x{X.shape[1]} and 20x10)")
        return self.layer(X)


def ex2():
    return Checked(), torch.rand(2, 30)


class Anew(nn.Module):
    def forward(self, X):
        self.layer = nn.Linear(X.shape[1], 10)
        return self.layer(X)


def ex3():
    return Anew()
