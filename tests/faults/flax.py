"""Faults in Flax linen."""

from __future__ import annotations

from . import flax_before, flax_later, flax_lines, flax_lines_later, flax_third, missed

FAULTS = [*flax_before.FAULTS, *flax_later.FAULTS, *flax_lines.FAULTS, *flax_lines_later.FAULTS, *flax_third.FAULTS,
          *missed(flax_lines.MISSED, flax_lines_later.MISSED, flax_third.MISSED)]
