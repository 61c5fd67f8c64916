"""Right: layers inside a wrapper, whose second pass is seen through it; weights that are interpolated to the width."""
import torch, torch.nn as nn, torch.nn.functional as F
EX1_IN = 28
EX1_CLAIM = {"first": True, "rest": False}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Unflatten(1, (1, EX1_IN)), nn.Flatten(), nn.Linear(EX1_IN, 64), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(10))
    def forward(self, X):
        return self.net(X)


def ex1():
    return Net()
EX2_CLAIM = {"raises": "RuntimeError", "when": "second_pass"}


def ex2():
    inner = nn.Sequential(nn.LazyLinear(5), nn.ReLU(), nn.LazyLinear(2))
    inner(torch.rand(2, 3))
    class W(nn.Module):
        def __init__(self):
            super().__init__(); self.i = inner
        def forward(self, X):
            return self.i(X)
    return [W(), torch.rand(2, 4)]


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(torch.randn(16, 32) * .1)
        self.rnn = nn.LSTM(1, 4, batch_first=True)
        self.fc = nn.Linear(16 + 4, 10)
    def forward(self, X):
        W = F.interpolate(self.W[None], size=X.shape[1], mode="linear")[0]
        h, _ = self.rnn(X.unsqueeze(-1))
        return self.fc(torch.cat([X @ W.T, h[:, -1]], 1))


ex3 = M
