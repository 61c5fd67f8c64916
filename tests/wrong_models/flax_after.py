"""Faults of the phase ``after``."""

from __future__ import annotations

FAULTS: list = []
