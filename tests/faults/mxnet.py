"""Faults in Gluon's deferred initialization."""

from __future__ import annotations

from . import missed, mxnet_after, mxnet_before, mxnet_later, mxnet_lines, mxnet_lines_later, mxnet_third

FAULTS = [*mxnet_before.FAULTS, *mxnet_after.FAULTS, *mxnet_later.FAULTS, *mxnet_lines.FAULTS, *mxnet_lines_later.FAULTS, *mxnet_third.FAULTS,
          *missed(mxnet_third.MISSED)]
