"""Faults in Flax linen, a module a phase."""

from . import flax_after, flax_before, flax_mismatch, flax_state, flax_transform, flax_varying

FAULTS = [*flax_before.FAULTS, *flax_after.FAULTS, *flax_mismatch.FAULTS, *flax_varying.FAULTS, *flax_state.FAULTS, *flax_transform.FAULTS]
