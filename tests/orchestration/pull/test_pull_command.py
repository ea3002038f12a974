"""`takeup pull`, and `takeup run` that fetches first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.workspace import Workspace
from tests.conftest import takeup
from tests.orchestration.pull.pulling_workspaces import TOKEN_ENV, entry, everything_in, landed, pulling_workspace
from tests.orchestration.pull.vendors import SECRETS, Fault, Vendors

DAYS = ("--from", "2026-11-17", "--to", "2026-11-18")


@pytest.fixture
def workspace(tmp_path: Path, vendor: Vendors) -> Workspace:
    return pulling_workspace(
        tmp_path, entry(vendor.url, "github", "users-1-day"), entry(vendor.url, "cursor", "daily-usage")
    )


def test_it_says_what_came(workspace: Workspace, vendor: Vendors) -> None:
    outcome = takeup("pull", "-w", str(workspace.root), *DAYS)
    assert (outcome.returncode, outcome.stderr.count("failed")) == (0, 0)
    assert "GitHub users-1-day  2026-11-17 to 2026-11-18 (2)" in outcome.stdout
    assert len(landed(workspace)) == 2 + 6


def test_it_says_what_came_in_json(workspace: Workspace, vendor: Vendors) -> None:
    vendor.absent = {"2026-11-17"}
    outcome = takeup("pull", "-w", str(workspace.root), *DAYS, "--json")
    found = json.loads(outcome.stdout)
    assert found["success"]
    first, second = found["sources"]
    assert (first["windows"], first["absent"], first["files"]) == (["2026-11-18"], ["2026-11-17"], 1)
    assert (second["tool_id"], second["source"], second["error"]) == ("helper", "cursor-daily-usage", None)


def test_a_failing_vendor_is_told_and_the_others_are_fetched(workspace: Workspace, vendor: Vendors) -> None:
    vendor.faults.append(Fault("users-1-day", status=401))
    outcome = takeup("pull", "-w", str(workspace.root), *DAYS)
    assert outcome.returncode == 1
    assert "failed: helper: GitHub users-1-day, window 2026-11-17: the server answered 401" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert len(landed(workspace)) == 6


def test_with_nothing_due_there_is_no_network_and_no_token_needed(
    workspace: Workspace, vendor: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert takeup("pull", "-w", str(workspace.root)).returncode == 0
    vendor.seen.clear()
    monkeypatch.delenv(TOKEN_ENV)
    outcome = takeup("pull", "-w", str(workspace.root))
    assert (outcome.returncode, vendor.seen) == (0, [])
    assert "Nothing is due" in outcome.stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--tool", "helpr"], "there is no tool 'helpr' in config/tools.yml - write 'helper'"),
        (["--from", "2026-11-18", "--to", "2026-11-17"], "--from 2026-11-18 lies after --to 2026-11-17"),
        (["--from", "yesterday"], "yesterday"),
    ],
)
def test_a_call_that_cannot_be_served_says_which_would_be(workspace: Workspace, options: list[str], told: str) -> None:
    outcome = takeup("pull", "-w", str(workspace.root), *options)
    assert outcome.returncode == 2
    assert told in outcome.stderr


def test_a_workspace_without_such_sources_says_how_to_have_one(tmp_path: Path) -> None:
    workspace = pulling_workspace(tmp_path, "  - {format: human-decision}\n")
    outcome = takeup("pull", "-w", str(workspace.root))
    assert outcome.returncode == 2
    assert "no source pulls - give one a `pull:`" in outcome.stderr


def test_the_loudest_logging_tells_no_secret(workspace: Workspace, vendor: Vendors) -> None:
    """Libraries log addresses and headers; whoever turns logging up in a process of theirs must not learn them."""
    vendor.faults += [Fault("users-1-day", status=503), Fault("signed", "truncated"), Fault("teams", status=401)]
    code = (
        "import logging, sys; logging.basicConfig(level=1); sys.argv[0] = 'takeup';"
        "from orchestration.cli import main; main()"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", code, "pull", "-w", str(workspace.root), *DAYS],
        capture_output=True, text=True, check=False, env={**os.environ, "TAKEUP_DEBUG": "1"},
    )  # fmt: skip
    assert outcome.returncode == 1
    assert not any(secret in outcome.stdout + outcome.stderr for secret in SECRETS)


@pytest.mark.slow
def test_a_run_fetches_first_and_judges_what_is_there_when_a_vendor_fails(
    workspace: Workspace, vendor: Vendors
) -> None:
    """Three runs: a vendor fails, then comes back, then nothing is due."""
    (workspace.inbox / "people" / "people.csv").write_text(
        "person_id,email,github_login\np1,ann@example.com,ann\np2,eve@example.com,eve\n"
    )
    root = str(workspace.root)
    vendor.faults.append(Fault("users-1-day", status=401))
    first = takeup("run", "-w", root, "--json")
    told = json.loads(first.stdout)
    assert first.returncode == 1
    assert (told["success"], told["failures"]) == (False, [])
    assert ["GitHub users-1-day" in one for one in told["not_fetched"]] == [True]
    assert workspace.latest.exists()

    assert takeup("run", "-w", root, "--no-pull").stdout.startswith("Nothing is new")
    second = takeup("run", "-w", root)
    assert second.returncode == 0, second.stderr
    vendor.seen.clear()
    third = takeup("run", "-w", root)
    assert third.returncode == 0
    assert third.stdout.startswith("Nothing is new")
    assert vendor.seen == []

    lines = json.loads(takeup("status", "-w", root, "--json").stdout)["lines"]
    assert lines["loaded"] > 0
    assert lines["quarantined"] == 0
    needles = [secret.encode() for secret in SECRETS]
    places = everything_in(workspace.root)
    assert [path for path, content in places.items() if any(needle in content for needle in needles)] == []
    outputs = [output for one in (first, second, third) for output in (one.stdout, one.stderr)]
    assert not any(secret in output for secret in SECRETS for output in outputs)
