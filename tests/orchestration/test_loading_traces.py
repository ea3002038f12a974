"""Traces, gateways, chats and event logs from the inbox to the warehouse: one fate per line, nobody in clear."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse_workspace import NOW, make_workspace, query, registry, touch

from orchestration.warehouse import LoadReport, open_warehouse
from orchestration.workspace import Workspace

TOOL = "assistant"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
EVENTS = {
    "langfuse": 12,
    "langsmith": 9,
    "litellm-spend-logs": 7,
    "claude-code-transcripts": 8,
    "xes": 6,
    "open-webui": 7,
}
"""Events of all valid fixtures of a format by hand. Langfuse: 8 of the export, and 1, 2 and 1 of the pages. LangSmith:
3, 2, 2 and 2. LiteLLM: five, and r6 and r7. Claude Code: four prompts, two answers, a tool call, an older answer. XES:
four and two. Open WebUI: q1, q2, q3, q4 and q9, f1 and f2: what database and exports share counts once."""

CLEAR = (
    "ann@example",
    "bob@example",
    "u-ann",
    "lf-7",
    "ls-7",
    "'Ann'",
    "/home/",
    "May we",
    "How many days",
    "Why is the",
)


def _registry(name: str) -> dict[str, list[dict[str, Any]]]:
    rows = registry()
    tool, source = dict(rows["tool"][0]), dict(rows["tool_source"][0])
    tool |= {"tool_id": TOOL, "title": TOOL, "position": 2}
    source |= {"tool_id": TOOL, "source_id": f"{TOOL}/{name}", "format": name, "path": f"inbox/{TOOL}"}
    return {"tool": [*rows["tool"], tool], "tool_source": [*rows["tool_source"], source]}


def _load(workspace: Workspace, name: str) -> LoadReport:
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(_registry(name))
        report = warehouse.load_tool(TOOL)
        warehouse.verify_ledger()
    assert report.is_balanced
    return report


def _put(workspace: Workspace, name: str, kind: str) -> None:
    folder = workspace.inbox / TOOL
    folder.mkdir(parents=True, exist_ok=True)
    for place, path in enumerate(sorted((FIXTURES / name / kind).iterdir())):
        (folder / path.name).write_bytes(path.read_bytes())
        touch(folder / path.name, NOW - timedelta(hours=50 - place))


def _put_database(workspace: Workspace) -> None:
    path = workspace.inbox / TOOL / "webui.db"
    with closing(sqlite3.connect(path)) as made:
        made.executescript((FIXTURES / "open-webui" / "webui.sql").read_text())
    touch(path, NOW - timedelta(hours=10))


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_of_the_valid_files_is_loaded_once_and_names_nobody(tmp_path: Path, name: str) -> None:
    workspace = make_workspace(tmp_path)
    _put(workspace, name, "valid")
    if name == "open-webui":
        _put_database(workspace)
    _load(workspace, name)
    assert query(workspace, "select count(*) from raw.usage_event") == [(EVENTS[name],)]
    stored = repr(query(workspace, "select usage_event::varchar from raw.usage_event")).casefold()
    assert [word for word in CLEAR if word.casefold() in stored] == []


@pytest.mark.parametrize("name", EVENTS)
def test_broken_files_are_quarantined_line_by_line(tmp_path: Path, name: str) -> None:
    workspace = make_workspace(tmp_path)
    _put(workspace, name, "invalid")
    report = _load(workspace, name)
    assert (report.quarantined > 5, report.loaded > 0) == (True, True)


def test_a_streamed_answer_is_stored_with_its_last_figures(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    _put(workspace, "claude-code-transcripts", "valid")
    _load(workspace, "claude-code-transcripts")
    stored = query(workspace, "select output_tokens from raw.usage_event where event_id = 'm1/req1'")
    assert stored == [(55,)]


def test_a_run_that_is_completed_later_is_one_event(tmp_path: Path) -> None:
    """Both versions are of one moment: which of them stands is not promised, that only one does is."""
    workspace = make_workspace(tmp_path)
    _put(workspace, "langsmith", "valid")
    _load(workspace, "langsmith")
    stored = query(workspace, "select attributes->>'duration_ms' from raw.usage_event where event_id = 'r7'")
    assert stored in ([("2500.0",)], [(None,)])
