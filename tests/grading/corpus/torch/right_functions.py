"""Right without any module: plain objects, functions and closures over parameters."""
import math

import torch
from torch.nn import Linear, Parameter
from torch.nn import functional as F

EX1_IN = 7
EX1_CLAIM = {"rest": False, "first": True, "why": "the second one is made when data arrives"}


class Net:
    def __init__(self):
        self.layers = [Linear(EX1_IN, 5, bias=False), None]

    def __call__(self, X):
        hidden = self.layers[0](X).tanh()
        if self.layers[1] is None:
            self.layers[1] = Linear(hidden.shape[1], 3, bias=False)
        return self.layers[1](hidden)


ex1 = Net
EX2_CLAIM = {"raises": "RuntimeError", "when": "second_pass"}


def ex2():
    W = Parameter(torch.randn(20, 3))
    return (lambda X: X @ W), torch.randn(4, 21)


def ex3():
    W = Parameter(torch.randn(512, 6) / math.sqrt(512))
    b = Parameter(torch.zeros(6))

    def model(X):
        return F.linear(X, W[:X.shape[1]].T, b)
    return model
