import torch
from torch import nn
from torch.nn import functional

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}
EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex1():
    return nn.Sequential(nn.Linear(EX1_IN, 256), nn.ReLU(), nn.LazyLinear(10))


def ex2():
    return nn.Sequential(nn.LazyLinear(256), nn.ReLU(), nn.Linear(100, 10)), torch.rand(2, 20)


class AnyWidth(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(512, 16) / 16)
        self.out = nn.Linear(16, 10)

    def forward(self, X):
        return self.out(functional.relu(X @ self.weight[:X.shape[1]]))


def ex3():
    return AnyWidth()
