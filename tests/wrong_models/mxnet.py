"""What is wrong in MXNet Gluon: a fault for every clause."""

from __future__ import annotations

from . import mxnet_after, mxnet_before, mxnet_mismatch, mxnet_state, mxnet_transform, mxnet_varying

FAULTS = [*mxnet_before.FAULTS, *mxnet_after.FAULTS, *mxnet_mismatch.FAULTS, *mxnet_varying.FAULTS, *mxnet_state.FAULTS, *mxnet_transform.FAULTS]
