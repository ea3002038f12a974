"""Workspaces whose sources pull from a server on this machine, and what was landed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.loading.files import find_files
from orchestration.pull.client import Patience
from orchestration.pull.pulling import Pulled, PulledSource, Span, pull, sources_of
from orchestration.registry import load_registry
from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HASTE = Patience(attempts=4, total=20, first_wait=0.01, most_wait=0.05, most_asked=2, connect=2, read=2, body=5)
TOKEN_ENV = "TAKEUP_TEST_TOKEN"
FORMATS = {
    "users-1-day": "github-copilot-users",
    "users-28-day": "github-copilot-users",
    "seats": "github-copilot-seats",
    "claude-code": "claude-code-analytics",
    "enterprise-users": "claude-enterprise-analytics",
    "usage-completions": "openai-usage",
    "costs": "openai-usage",
    "users": "mapping:users.yml",
    "daily-usage": "cursor-daily-usage",
    "usage-events": "cursor-usage-events",
    "usage-user-detail": "m365-copilot-usage-user-detail",
}
USERS = """\
version: 1
source: openai-users
title: OpenAI users
read: {format: json, records: "$.data[*]"}
grain: {kind: event}
identity:
- {namespace: openai_user_id, field: id}
- {namespace: email, field: email, lower: true}
time: {field: added_at, unit: s}
fields: {event_name: {const: account_added}, event_id: id, actor_type: {const: service}}
drop: [name]
"""
OF_VENDOR = {"github": "org: acme, ", "microsoft": "tenant: tenant-1, client_id: app-1, login_url: '{url}', "}


def entry(url: str, vendor: str, report: str, more: str = "") -> str:
    """The source of a report as it stands in tools.yml."""
    own = OF_VENDOR.get(vendor, "").replace("{url}", url)
    told = f"vendor: {vendor}, report: {report}, {own}base_url: '{url}', token_env: {TOKEN_ENV}, {more}"
    return f"  - {{format: '{FORMATS[report]}', pull: {{{told.rstrip(', ')}}}}}\n"


def pulling_workspace(root: Path, *sources: str, tool_id: str = "helper", more: str = "") -> Workspace:
    workspace = init_workspace(root).workspace
    (workspace.config / "mappings" / "users.yml").write_text(USERS)
    workspace.tools_file.write_text(
        f"tools:\n- id: {tool_id}\n  title: Helper\n  owner: {{name: Ann Lee, email: you@example.com}}\n"
        f"  live_from: 2026-11-16\n  sources:\n{''.join(sources)}{more}"
    )
    return workspace


def sources(workspace: Workspace) -> list[PulledSource]:
    return sources_of(workspace, load_registry(workspace))


def pulled(workspace: Workspace, now: datetime = NOW, span: Span | None = None) -> list[Pulled]:
    return pull(sources(workspace), span, patience=HASTE, now=lambda: now)


def landed(workspace: Workspace) -> list[str]:
    """The files that a run would read, from landing/<tool>/<source>/ on, without the moment they were fetched."""
    found = [file.relative.split("/")[2:] for file in find_files(workspace.root, "landing")]
    return sorted(f"{source}/{window}/{name}" for source, window, _, name in found)


def bodies(workspace: Workspace, window: str = "") -> list[bytes]:
    return [file.path.read_bytes() for file in find_files(workspace.root, "landing") if window in file.relative]


def everything_in(folder: Path) -> dict[str, bytes]:
    """Every byte below a folder, hidden files too; names count as bytes."""
    found: dict[str, Any] = {}
    for path in folder.rglob("*"):
        found[str(path)] = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    return found
