"""The workspace's configuration files as frozen typed models, and every mistake in them with file, line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.registry.loading import Registry
    from orchestration.workspace import Workspace

__all__ = ["load_registry"]


def load_registry(workspace: Workspace) -> Registry:
    """The configuration of `workspace`; raises ConfigError with all problems of all files at once."""
    # The rule language reads YAML through this package: importing it here at import time would go round in a circle.
    from orchestration.registry.loading import load

    return load(workspace)
