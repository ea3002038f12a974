"""Drills: each fault planted in a copy of the workspace, to see that its alert comes, and to practise."""
