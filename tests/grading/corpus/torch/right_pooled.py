"""Right: a function of two layers, a concatenation that does not fit, pooling to one width before the network."""
import torch
from torch import nn
EX1_IN = 10
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    first = nn.Linear(EX1_IN, 3)
    rest = nn.LazyLinear(4)
    def net(X):
        return rest(torch.relu(first(X)))
    return net


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    return (lambda X: torch.cat([X, torch.zeros(3, 2)], dim=1)), torch.ones(2, 2)


class M(nn.Module):
    """adaptive pooling to fixed width, then MLP"""
    def __init__(self):
        super().__init__()
        self.mlp = nn.Sequential(nn.LazyLinear(32), nn.GELU(), nn.LazyLinear(1))
    def forward(self, X):
        return self.mlp(nn.functional.adaptive_avg_pool1d(X.unsqueeze(1), 16).squeeze(1)).squeeze(1)


def ex3():
    return M()
