"""What is wrong in Keras: a fault for every clause."""

from __future__ import annotations

from . import tensorflow_after, tensorflow_before, tensorflow_mismatch, tensorflow_state, tensorflow_transform, tensorflow_varying

FAULTS = [*tensorflow_before.FAULTS, *tensorflow_after.FAULTS, *tensorflow_mismatch.FAULTS, *tensorflow_varying.FAULTS,
          *tensorflow_state.FAULTS, *tensorflow_transform.FAULTS]
