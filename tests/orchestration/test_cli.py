"""The command line: what each command promises with its exit code, its messages and its speed."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace
from tests.conftest import takeup


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "acme").workspace


def test_help_takes_less_than_half_a_second() -> None:
    takeup("--help")  # compiled once
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    takeup("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_a_command_that_does_not_exist_is_a_usage_error() -> None:
    outcome = takeup("nonsense")
    assert outcome.returncode == 2
    assert "nonsense" in outcome.stderr


def test_a_folder_that_is_no_workspace_is_a_usage_error_that_says_what_to_do(tmp_path: Path) -> None:
    outcome = takeup("run", "-w", str(tmp_path))
    assert outcome.returncode == 2
    assert "takeup init" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_the_workspace_may_come_from_the_environment(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace.root))
    assert takeup("check").returncode == 0


def test_the_workspace_is_else_the_current_folder(workspace: Workspace) -> None:
    assert takeup("check", cwd=workspace.root).returncode == 0


def test_init_makes_a_workspace_that_passes_its_own_check(tmp_path: Path) -> None:
    made = takeup("init", str(tmp_path / "acme"))
    assert (made.returncode, made.stderr) == (0, "")
    assert takeup("check", "-w", str(tmp_path / "acme")).returncode == 0


def test_init_leaves_existing_files_alone(workspace: Workspace) -> None:
    workspace.tools_file.write_text("tools: []  # mine\n")
    assert takeup("init", str(workspace.root)).returncode == 0
    assert workspace.tools_file.read_text() == "tools: []  # mine\n"


def test_init_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("")
    assert takeup("init", str(tmp_path / "acme")).returncode == 2


def test_check_points_at_the_mistake(workspace: Workspace) -> None:
    workspace.tools_file.write_text("tools:\n- id: doc-extract\n  titel: Invoices\n")
    outcome = takeup("check", "-w", str(workspace.root))
    assert outcome.returncode == 2
    assert "tools.yml:3:3: unknown key 'titel'" in outcome.stderr
    assert "'title'" in outcome.stderr
    assert "unknown key" not in outcome.stdout


def test_check_speaks_json(workspace: Workspace) -> None:
    workspace.tools_file.write_text("tools:\n- id: doc-extract\n  titel: Invoices\n")
    found = json.loads(takeup("check", "-w", str(workspace.root), "--json").stdout)
    assert found["errors"] == len([one for one in found["problems"] if not one["is_warning"]])
    assert {"file", "line", "column", "what", "mend"} <= set(found["problems"][0])


def test_run_refuses_a_broken_configuration_before_it_starts(workspace: Workspace) -> None:
    workspace.tools_file.write_text("tools:\n- id: doc-extract\n  titel: Invoices\n")
    outcome = takeup("run", "-w", str(workspace.root))
    assert outcome.returncode == 2
    assert "tools.yml:3:3:" in outcome.stderr
    assert not workspace.warehouse.exists()


def test_run_refuses_a_day_that_is_none(workspace: Workspace) -> None:
    outcome = takeup("run", "-w", str(workspace.root), "--as-of", "yesterday")
    assert outcome.returncode == 2
    assert "--as-of yesterday: not a date" in outcome.stderr


def test_status_without_a_publication_says_so(workspace: Workspace) -> None:
    outcome = takeup("status", "-w", str(workspace.root))
    assert outcome.returncode == 1
    assert "nothing was published yet" in outcome.stdout


def test_the_dashboard_does_not_open_on_nothing(workspace: Workspace) -> None:
    outcome = takeup("dashboard", "-w", str(workspace.root))
    assert outcome.returncode == 2
    assert "takeup run" in outcome.stderr


def test_people_keys_need_the_vault(workspace: Workspace) -> None:
    workspace.vault.rmdir()
    outcome = takeup("people", "key", "p-1", "-w", str(workspace.root))
    assert outcome.returncode == 2
    assert "no vault" in outcome.stderr


def test_the_demo_deletes_nothing_that_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    outcome = takeup("demo", str(tmp_path))
    assert outcome.returncode == 2
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_doctor_finds_this_installation_well(workspace: Workspace) -> None:
    outcome = takeup("doctor", "-w", str(workspace.root), "--json")
    found = json.loads(outcome.stdout)
    unwell = [one["subject"] for one in found["diagnoses"] if not one["is_well"] and one["subject"] != "disk"]
    assert unwell == []


def test_doctor_sees_a_key_that_others_can_read(workspace: Workspace) -> None:
    key = workspace.vault / "key"
    key.write_bytes(b"0" * 32)
    key.chmod(0o644)
    outcome = takeup("doctor", "-w", str(workspace.root))
    assert outcome.returncode == 1
    assert "chmod 600" in outcome.stdout


def test_schemas_are_json(tmp_path: Path) -> None:
    assert takeup("schemas", "--out", str(tmp_path)).returncode == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert "tools.schema.json" in names
    assert all(json.loads(path.read_text()) for path in tmp_path.iterdir())


def test_a_reader_that_goes_away_gets_no_traceback(workspace: Workspace) -> None:
    command = f"{sys.executable} -m orchestration.cli check -w {workspace.root} | true"
    outcome = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in outcome.stderr
