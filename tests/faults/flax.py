"""Faults in Flax linen."""

from __future__ import annotations

from . import flax_before, flax_later

FAULTS = [*flax_before.FAULTS, *flax_later.FAULTS]
