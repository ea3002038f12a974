"""Erasing a person: everywhere in a workspace, down to the bytes (docs/identity.md)."""
