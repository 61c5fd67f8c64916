"""Wrong: ex1 is missing; an error about the number of dimensions; a model whose width follows the last call, cut and padded."""
import torch
from torch import nn

EX1_CLAIM = {"first": True, "rest": False}
EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex2():
    return nn.Conv1d(20, 10, 1), torch.rand(20)


class Resized(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 10))

    def forward(self, X):
        have, want = len(self.weight), X.shape[1]
        if have != want:
            old = self.weight.detach()
            self.weight = nn.Parameter(old[:want].clone() if want < have else torch.cat([old, torch.ones(want - have, 10)]))
        return X @ self.weight


def ex3():
    return Resized()
