"""Right: modules with parameters of their own, a second pass at another width, a convolution over the features."""
import torch
from torch import nn

EX1_IN = 256
EX1_CLAIM = {"first": True, "rest": False}


class Raw(nn.Module):
    """Both layers' parameters in one module; hidden width and input width are the same on purpose."""

    def __init__(self):
        super().__init__()
        self.W1 = nn.Parameter(torch.randn(EX1_IN, 256) * 0.1)
        self.b1 = nn.Parameter(torch.zeros(256))
        self.W2 = nn.UninitializedParameter()

    def forward(self, X):
        H = torch.relu(X @ self.W1 + self.b1)
        if isinstance(self.W2, nn.UninitializedParameter):
            with torch.no_grad():
                self.W2.materialize((H.shape[1], 4))
                self.W2.normal_(0, 0.1)
        return H @ self.W2


def ex1():
    return Raw()


EX2_CLAIM = {"raises": "builtins.RuntimeError", "when": "second_pass"}


def ex2():
    net = nn.Sequential(nn.LazyLinear(256), nn.ReLU(), nn.LazyLinear(10))
    net(torch.rand(2, 20))
    return net, torch.rand(2, 30)


class Convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 8, 3, padding=1)
        self.out = nn.Linear(8, 10)

    def forward(self, X):
        return self.out(torch.relu(self.conv(X.unsqueeze(1))).mean(dim=2))


ex3 = Convolution
