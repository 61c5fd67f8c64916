"""Faults of the phase ``before``."""

from __future__ import annotations

FAULTS: list = []
