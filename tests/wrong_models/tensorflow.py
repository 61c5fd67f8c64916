"""Faults in Keras, a module a phase."""

from . import tensorflow_after, tensorflow_before, tensorflow_mismatch, tensorflow_varying

FAULTS = [*tensorflow_before.FAULTS, *tensorflow_after.FAULTS, *tensorflow_mismatch.FAULTS, *tensorflow_varying.FAULTS]
