"""Wrong: no layer is told its width; an error about types; a model without parameters."""
import torch
from torch import nn

EX1_IN = 20
EX1_CLAIM = {"first": False, "rest": False}


def ex1():
    return nn.Sequential(nn.LazyLinear(256), nn.ReLU(), nn.LazyLinear(10))


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    return nn.Linear(20, 10), torch.ones(2, 20, dtype=torch.int64)


def ex3():
    return lambda X: X.mean(dim=1, keepdim=True)
