"""A pull that is killed goes on where it was, and nothing half fetched is ever seen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.loading.inbox import inputs_fingerprint
from orchestration.pull.pulling import Span
from orchestration.workspace import Workspace
from tests.orchestration.pull.pulling_workspaces import (
    NOW,
    TOKEN_ENV,
    bodies,
    entry,
    landed,
    pulled,
    pulling_workspace,
    sources,
)
from tests.orchestration.pull.vendors import PEOPLE, TOKEN, Fault, Vendors

DAY = Span(date(2026, 11, 18), date(2026, 11, 18))


def killed(workspace: Workspace, vendor: Vendors, where: str) -> None:
    """Pull in a process of its own, and kill it while the request for `where` hangs."""
    vendor.faults.append(Fault(where, "hang"))
    command = [sys.executable, "-m", "orchestration.cli", "pull", "-w", str(workspace.root)]
    command += ["--from", "2026-11-18", "--to", "2026-11-18"]
    process = subprocess.Popen(
        command, env={**os.environ, TOKEN_ENV: TOKEN}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert vendor.hung.wait(60)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def people_in(workspace: Workspace) -> list[str]:
    rows = [row for body in bodies(workspace) for row in json.loads(body)["data"]]
    return [row["actor"]["email_address"].split("@")[0] for row in rows]


def test_a_killed_pull_goes_on_with_the_page_it_was_at(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "anthropic", "claude-code"))
    before = inputs_fingerprint(workspace)
    killed(workspace, vendor, "page=page_3")
    assert landed(workspace) == []
    assert inputs_fingerprint(workspace) == before
    vendor.seen.clear()
    [found] = pulled(workspace, span=DAY)
    assert [one.query.get("page") for one in vendor.seen] == [["page_3"]]
    assert (found.windows, found.files) == (["2026-11-18"], 3)
    assert people_in(workspace) == list(PEOPLE)
    assert inputs_fingerprint(workspace) != before


def test_a_killed_pull_of_links_fetches_the_files_that_are_missing(tmp_path: Path, vendor: Vendors) -> None:
    vendor.files = 3
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "github", "users-1-day"))
    killed(workspace, vendor, "/2026-11-18/1")
    vendor.seen.clear()
    [found] = pulled(workspace, span=DAY)
    assert found.files == 3
    assert [one.path for one in vendor.seen if "signed" in one.path] == ["/signed/2026-11-18/1", "/signed/2026-11-18/2"]
    assert len([line for body in bodies(workspace) for line in body.splitlines()]) == len(PEOPLE)


def half_fetched(root: Path, vendor: Vendors) -> Workspace:
    workspace = pulling_workspace(root, entry(vendor.url, "anthropic", "claude-code"))
    vendor.faults.append(Fault("page=page_3", status=401))
    [found] = pulled(workspace, span=DAY)
    assert found.error is not None
    vendor.seen.clear()
    return workspace


def test_what_was_half_fetched_long_ago_is_begun_anew(tmp_path: Path, vendor: Vendors) -> None:
    workspace = half_fetched(tmp_path, vendor)
    vendor.version = 2
    pulled(workspace, NOW + timedelta(hours=7), DAY)
    assert len(vendor.seen) == 3
    amounts = [row["core_metrics"]["num_sessions"] for body in bodies(workspace) for row in json.loads(body)["data"]]
    assert amounts == [12, 22, 32, 42, 52]


def test_a_cursor_that_the_vendor_has_forgotten_begins_the_window_anew(tmp_path: Path, vendor: Vendors) -> None:
    workspace = half_fetched(tmp_path, vendor)
    vendor.faults.append(Fault("page=page_3", status=400))
    [found] = pulled(workspace, span=DAY)
    assert found.error is None
    assert [one.query.get("page") for one in vendor.seen] == [["page_3"], None, ["page_2"], ["page_3"]]
    assert people_in(workspace) == list(PEOPLE)


def test_a_report_that_has_other_files_by_now_is_begun_anew(tmp_path: Path, vendor: Vendors) -> None:
    vendor.files = 3
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "github", "users-1-day"))
    vendor.faults.append(Fault("/2026-11-18/1", status=500, headers={"retry-after": "100"}))
    [found] = pulled(workspace, span=DAY)
    assert found.error is not None
    vendor.files = 2
    [found] = pulled(workspace, span=DAY)
    assert (found.error, found.files) == (None, 2)
    assert len([line for body in bodies(workspace) for line in body.splitlines()]) == len(PEOPLE)


def test_spoiled_notes_about_what_was_half_fetched_begin_the_window_anew(tmp_path: Path, vendor: Vendors) -> None:
    workspace = half_fetched(tmp_path, vendor)
    [notes] = workspace.landing.rglob(".progress.json")
    notes.write_text('{"tool": 1')
    [found] = pulled(workspace, span=DAY)
    assert (found.error, len(vendor.seen)) == (None, 3)


def test_a_window_that_was_whole_but_not_visible_yet_needs_no_network(tmp_path: Path, vendor: Vendors) -> None:
    workspace = half_fetched(tmp_path, vendor)
    [source] = sources(workspace)
    with source.landing.held():
        window = source.landing.window(date(2026, 11, 18), NOW)
    [notes] = workspace.landing.rglob(".progress.json")
    told = json.loads(notes.read_text()) | {"is_done": True, "cursor": None}
    notes.with_name(".window.json").write_text(json.dumps(told))
    notes.unlink()
    assert not window.progress.is_done
    [found] = pulled(workspace, span=DAY)
    assert (found.windows, vendor.seen) == (["2026-11-18"], [])


class Kill(BaseException):
    """Nothing catches it: what follows never happens."""


def killed_at(step: int, workspace: Workspace, patch: pytest.MonkeyPatch) -> bool:
    """Pull until the `step`-th time that something is put on the disk or renamed; whether it came to that."""
    steps = iter(range(1, step + 1))

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any, **more: Any) -> Any:
            if next(steps, None) is None:
                raise Kill
            return real(*arguments, **more)

        return act

    with patch.context() as at:
        at.setattr(os, "fsync", counted(os.fsync))
        at.setattr(Path, "rename", counted(Path.rename))
        at.setattr(Path, "unlink", counted(Path.unlink))
        try:
            pulled(workspace, span=DAY)
        except Kill:
            return True
    return False


def test_killed_at_any_step_nothing_is_lost_doubled_or_seen_half(
    tmp_path: Path, vendor: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, was_killed = 0, True
    while was_killed:
        workspace = pulling_workspace(tmp_path / str(step), entry(vendor.url, "anthropic", "claude-code"))
        was_killed = killed_at(step, workspace, monkeypatch)
        assert len(landed(workspace)) in (0, 3), step
        if not landed(workspace):
            pulled(workspace, span=DAY)
        assert people_in(workspace) == list(PEOPLE), step
        step += 1
    assert step > 20


def test_two_processes_do_not_fetch_the_same_source(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "anthropic", "claude-code"))
    [source] = sources(workspace)
    with source.landing.held():
        [found] = pulled(workspace, span=DAY)
    assert found.error is not None
    assert "another process fetches" in found.error
    assert vendor.seen == []
