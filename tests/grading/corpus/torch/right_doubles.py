"""Right, with parameters of double precision: networks of globals, an attention that does not fit, lazy adapters."""
import torch, torch.nn as nn, torch.nn.functional as F
from collections import OrderedDict
torch.set_default_dtype(torch.float64)
EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}
net = nn.Sequential(OrderedDict(a=nn.Linear(EX1_IN, 256), r=nn.ReLU(), b=nn.LazyLinear(256), r2=nn.ReLU(), c=nn.LazyLinear(10)))


def ex1():
    return lambda X: net(X)


EX2_CLAIM = {"raises": "AssertionError", "when": "first_pass"}


def ex2():
    m = nn.MultiheadAttention(8, 2)
    return (lambda X: m(X, X, X)), torch.rand(3, 2, 9)


layers = {}
trunk = nn.Sequential(nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(.9), nn.Linear(16, 10))


def forward(X):
    d = X.shape[1]
    if d not in layers:
        layers[d] = nn.LazyLinear(16)
    return trunk(layers[d](X))


def ex3():
    return forward
