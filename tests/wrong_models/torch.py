"""What is wrong in PyTorch: a fault for every clause."""

from __future__ import annotations

from . import torch_after, torch_before, torch_mismatch, torch_state, torch_transform, torch_varying

FAULTS = [*torch_before.FAULTS, *torch_after.FAULTS, *torch_mismatch.FAULTS, *torch_varying.FAULTS, *torch_state.FAULTS, *torch_transform.FAULTS]
