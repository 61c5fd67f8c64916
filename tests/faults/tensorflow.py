"""Faults in Keras's lazy modules."""

from __future__ import annotations

from . import missed, tensorflow_after, tensorflow_before, tensorflow_later, tensorflow_lines, tensorflow_lines_later, tensorflow_third

FAULTS = [*tensorflow_before.FAULTS, *tensorflow_after.FAULTS, *tensorflow_later.FAULTS,
          *tensorflow_lines.FAULTS, *tensorflow_lines_later.FAULTS, *tensorflow_third.FAULTS,
          *missed(tensorflow_lines.MISSED, tensorflow_lines_later.MISSED, tensorflow_third.MISSED)]
