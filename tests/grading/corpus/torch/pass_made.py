"""Wrong: data has passed in ex1; the error is swallowed; the parameters of each width are copies."""
import torch
from torch import nn

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    net = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.LazyLinear(10))
    net(torch.rand(2, 20))
    return net


EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


class Careful(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(20, 10)

    def forward(self, X):
        try:
            return self.layer(X)
        except RuntimeError:
            return torch.zeros(len(X), 10)


def ex2():
    return Careful(), torch.rand(2, 30)


class Copies(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Parameter(torch.randn(512, 10))
        self.own = nn.ParameterDict()

    def forward(self, X):
        d = str(X.shape[1])
        if d not in self.own:
            self.own[d] = nn.Parameter(self.base[:int(d)].detach().clone())
        return X @ self.own[d]


def ex3():
    return Copies()
