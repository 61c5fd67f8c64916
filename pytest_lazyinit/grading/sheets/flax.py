"""Exercises on lazy initialization, in JAX and Flax.

Fill in the three functions and the claims; names and signatures stay as they are. Helper functions and
classes of your own are welcome. Try things out with `python answers.py` or cell by cell: only what is
defined here is graded. X is always a batch of inputs, an array of shape (n, d) with real numbers.
"""

import jax
from flax import linen as nn
from jax import numpy as jnp

# %% Exercise 1
EX1_IN = 20
"""The input width that ex1's first layer is told; any whole number from 1 to 4096."""


def ex1():
    """What happens if you specify the input dimensions to the first layer but not to subsequent layers?

    Return a network of at least two layers whose first layer alone is told its input width EX1_IN, untouched:
    no data has passed through it.
    Return a linen module, which the grader initializes with init(key, X), or an NNX module. Linen layers take no
    input width: the module is run on EX1_IN.
    """
    ...


EX1_CLAIM = {"first": None, "rest": None}
"""Do you get immediate initialization? True or False, for all parameters of the first layer and of the rest,
as soon as ex1() has returned."""


# %% Exercise 2
def ex2():
    """What happens if you specify mismatching dimensions?

    Return (net, X) such that running net(X) shows it: JAX or Flax itself raises an error about the dimensions.
    A linen module alone is initialized with init(key, X), its first pass; for a later pass return ((module, variables), X).
    NNX modules and functions are called.
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
    Return a linen module (the grader initializes it at the first width, keeps its variables and adds to them what another width
    needs), a pair (module, variables), an NNX module, a pair (parameters, function) for function(parameters, X), or a
    function or object of your own whose parameters are jax arrays in its closure or attributes.
    """
    ...
