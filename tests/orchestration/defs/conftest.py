"""A workspace with two tools, whose definitions Dagster loads once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace

TOOLS = """\
tools:
- id: doc-extract
  title: Invoice extraction
  owner: {name: Name Surname, email: you@example.com}
  live_from: 2026-03-02
  sources:
  - {format: human-decision, path: inbox/doc-extract}
- id: helper
  title: Coding helper
  owner: {name: Grace Hopper, email: grace@example.com}
  live_from: 2026-03-02
  sources:
  - {format: github-copilot-users, path: inbox/helper}
"""


def two_tools(root: Path) -> Workspace:
    workspace = init_workspace(root).workspace
    workspace.tools_file.write_text(TOOLS)
    return workspace


@pytest.fixture(scope="session")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from orchestration import definitions as code_location

    workspace = two_tools(tmp_path_factory.mktemp("definitions"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAKEUP_WORKSPACE", str(workspace.root))
        return code_location.definitions()
