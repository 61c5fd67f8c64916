"""Exercises on lazy initialization, in PyTorch.

Fill in the three functions and the claims; names and signatures stay as they are. Helper functions and
classes of your own are welcome. Try things out with `python answers.py` or cell by cell: only what is
defined here is graded. X is always a batch of inputs, an array of shape (n, d) with real numbers.
"""

import torch
from torch import nn

# %% Exercise 1
EX1_IN = 20
"""The input width that ex1's first layer is told; any whole number from 1 to 4096."""


def ex1():
    """What happens if you specify the input dimensions to the first layer but not to subsequent layers?

    Return a network of at least two layers whose first layer alone is told its input width EX1_IN, untouched:
    no data has passed through it.
    It may be any callable: an nn.Sequential, a class of your own, a function.
    """
    ...


EX1_CLAIM = {"first": None, "rest": None}
"""Do you get immediate initialization? True or False, for all parameters of the first layer and of the rest,
as soon as ex1() has returned."""


# %% Exercise 2
def ex2():
    """What happens if you specify mismatching dimensions?

    Return (net, X) such that running net(X) shows it: PyTorch itself raises an error about the dimensions.
    The network may be any callable.
    """
    ...


EX2_CLAIM = {"raises": "", "when": ""}
"""The name of the exception's class, and when it is raised: "construction" (while ex2() builds the network),
"first_pass", or "second_pass" (where ex2() has passed other data through the network before)."""


# %% Exercise 3
def ex3():
    """What would you need to do if you have input of varying dimensionality? Hint: look at the parameter tying.

    Return a model that takes inputs X of any width d, from 1 to 512, with tied parameters: training it at one
    width also changes what it gives at others, and what was trained lasts when other widths come between.
    It may be any callable that returns one tensor; its parameters are those that gradients reach.
    """
    ...
