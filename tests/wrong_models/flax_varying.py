"""Faults of the phase ``varying``."""

from __future__ import annotations

FAULTS: list = []
