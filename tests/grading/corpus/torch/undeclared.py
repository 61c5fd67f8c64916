"""Broken: bytes that are no UTF-8 and no declaration."""
# Français
EX1_IN = 20
