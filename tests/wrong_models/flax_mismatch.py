"""Faults of the phase ``mismatch``."""

from __future__ import annotations

FAULTS: list = []
