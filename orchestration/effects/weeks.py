"""How far around a training one looks."""

BEFORE = 6
AFTER = 6
"""Weeks before the week of the training, and after it."""
