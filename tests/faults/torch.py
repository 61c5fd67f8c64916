"""Faults in PyTorch's lazy modules."""

from __future__ import annotations

from . import missed, torch_after, torch_before, torch_later, torch_lines, torch_lines_later, torch_third

FAULTS = [*torch_before.FAULTS, *torch_after.FAULTS, *torch_later.FAULTS, *torch_lines.FAULTS, *torch_lines_later.FAULTS, *torch_third.FAULTS,
          *missed(torch_lines.MISSED, torch_lines_later.MISSED, torch_third.MISSED)]
