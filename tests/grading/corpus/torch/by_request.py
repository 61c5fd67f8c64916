"""Wrong: an error in the words of the answer, raised by the framework on request; a hidden layer that was told too; a fallback to zeros."""
import torch
from torch import nn

EX1_IN = 256
EX1_CLAIM = {"first": True, "rest": True}


def ex1():
    return nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.LazyLinear(10))


EX2_CLAIM = {"raises": "AssertionError", "when": "first_pass"}


def ex2():
    def net(X):
        torch._assert(False, "mat1 and mat2 shapes cannot be multiplied (2x30 and 20x10)")
    return net, torch.rand(2, 30)


class Fallback(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(64, 10)

    def forward(self, X):
        if X.shape[1] > 64:
            return torch.zeros(len(X), 10)
        return self.layer(nn.functional.pad(X, (0, 64 - X.shape[1])))


def ex3():
    return Fallback()
