"""How far around a training one looks, and how many people it takes to see anything."""

BEFORE = 6
AFTER = 6
"""Weeks before the week of the training, and after it."""
FEWEST_PEOPLE = 10
"""On either side. With fewer, clustered errors are too small: see tests/orchestration/effects."""
