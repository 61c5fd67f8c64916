"""Broken: not Python."""
import torch

EX1_IN = 20


def ex1()
    return torch.nn.Linear(20, 10)
