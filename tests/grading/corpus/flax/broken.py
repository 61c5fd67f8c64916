"""Broken: a name that does not exist."""
from flax import linen as nn

EX1_IN = TWENTY
