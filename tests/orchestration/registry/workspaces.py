"""Small workspaces for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

from orchestration.errors import Problem
from orchestration.workspace import Workspace

TOOL = """\
- id: {tool_id}
  title: {tool_id}
  owner: {{name: Name Surname, email: you@example.com}}
  live_from: 2026-03-02
  sources: [{{format: {format}}}]
"""
RULES = """\
tool: {tool_id}
catalogue: {{events: [accepted, edited], attributes: {{amount: double}}}}
rules:
- id: {tool_id}-rule
  version: {version}
  kind: check
  title: Unsure advice is edited
  each: accepted
  must: confidence >= {least}
  owner: controls
  why: Unsure advice is often wrong.
  train: "none: the screen says it"
"""


def tool(tool_id: str = "doc-extract", log_format: str = "human-decision", more: str = "") -> str:
    """One entry of tools.yml; `more` are further lines of it."""
    return TOOL.format(tool_id=tool_id, format=log_format) + more


def rules(tool_id: str = "doc-extract", version: int = 1, least: str = "0.6") -> str:
    """A rule file with one rule."""
    return RULES.format(tool_id=tool_id, version=version, least=least)


def workspace(root: Path, tools: str = "", **files: str) -> Workspace:
    """A workspace with these entries in tools.yml; `files` by stem, those of rules as `rules_<name>`."""
    made = Workspace(root)
    made.rules.mkdir(parents=True, exist_ok=True)
    made.inbox.mkdir(exist_ok=True)
    made.tools_file.write_text(f"tools:\n{tools}" if tools else "tools: []\n", encoding="utf-8")
    for stem, text in files.items():
        folder = made.rules if stem.startswith("rules_") else made.config
        (folder / f"{stem.removeprefix('rules_')}.yml").write_text(text, encoding="utf-8")
    return made


def told(workspace: Workspace, problems: list[Problem], *, warnings: bool = False) -> list[str]:
    """The errors (or warnings) as `path:line:column what - mend`, paths relative to the workspace."""
    return [
        f"{one.file.relative_to(workspace.root)}:{one.line}:{one.column} {one.what} - {one.mend}"
        for one in problems
        if one.is_warning is warnings
    ]
