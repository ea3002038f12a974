"""Sources that pull are assets by day, with a job and a schedule of their own; nothing of it without such sources."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.defs.pulls import MOST_RUNS, Pulls, pulls_of, requests
from orchestration.defs.shared import WorkspaceResource
from orchestration.registry import load_registry
from orchestration.workspace import Workspace
from tests.orchestration.defs.conftest import two_tools
from tests.orchestration.pull.pulling_workspaces import TOKEN_ENV, entry, landed, pulling_workspace
from tests.orchestration.pull.vendors import TOKEN, Fault, Vendors, vendors

pytestmark = pytest.mark.slow
USERS = "landing/helper/github-copilot-users"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(TOKEN_ENV, TOKEN)
    with vendors() as server:
        yield server


@pytest.fixture
def workspace(tmp_path: Path, vendor: Vendors) -> Workspace:
    return pulling_workspace(tmp_path, entry(vendor.url, "github", "users-1-day"), entry(vendor.url, "github", "seats"))


def materialize(workspace: Workspace, name: str, day: str) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        pulls_of(workspace, load_registry(workspace)).assets,
        selection=[name],
        partition_key=day,
        resources={"workspace": WorkspaceResource(root=str(workspace.root))},
        raise_on_error=False,
    )


def test_a_workspace_without_such_sources_has_nothing_of_it(tmp_path: Path) -> None:
    workspace = two_tools(tmp_path)
    assert pulls_of(workspace, load_registry(workspace)) == Pulls()


def test_every_source_is_an_asset_by_day_of_its_own_vendors_pool(workspace: Workspace) -> None:
    pulls = pulls_of(workspace, load_registry(workspace))
    resources = {"workspace": WorkspaceResource(root=str(workspace.root))}
    definitions = dg.Definitions(pulls.assets, jobs=pulls.jobs, resources=resources)
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    assert set(specs) == {USERS, "landing/helper/github-copilot-seats"}
    assert all(spec.description and spec.owners == ["you@example.com"] for spec in specs.values())
    job = definitions.resolve_job_def("pull")
    assert {node.definition.pool for node in job.nodes} == {"pull_github"}


def test_a_day_is_fetched_into_landing(workspace: Workspace) -> None:
    result = materialize(workspace, USERS, "2026-11-18")
    assert result.success
    [event] = result.asset_materializations_for_node(USERS.replace("/", "__").replace("-", "_"))
    assert event.metadata["files"].value == 1
    assert landed(workspace) == ["github-copilot-users/2026-11-18/users-1-day_2026-11-18_p0001.ndjson"]


def test_a_day_that_is_asked_for_twice_lands_twice(workspace: Workspace) -> None:
    assert materialize(workspace, USERS, "2026-11-18").success
    assert materialize(workspace, USERS, "2026-11-18").success
    assert len(landed(workspace)) == 2


def test_a_day_that_cannot_be_had_is_not_materialized(workspace: Workspace, vendor: Vendors) -> None:
    vendor.absent = {"2026-11-18"}
    result = materialize(workspace, USERS, "2026-11-18")
    assert result.success
    assert result.get_asset_materialization_events() == []


def test_a_vendor_that_refuses_fails_its_own_asset_with_the_mend(workspace: Workspace, vendor: Vendors) -> None:
    vendor.faults += [Fault("users-1-day", status=401)]
    result = materialize(workspace, USERS, "2026-11-18")
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_failure_data.user_failure_data is not None
    told = str(failure.step_failure_data.user_failure_data.description)
    assert "the server answered 401 - put a token that is valid into" in told
    assert TOKEN not in str(
        [event.to_string() if hasattr(event, "to_string") else event for event in result.all_events]
    )


def test_the_schedule_asks_for_what_is_due(workspace: Workspace) -> None:
    asked = list(requests(workspace, NOW))
    assert [one.partition_key for one in asked] == [f"2026-11-{day}" for day in range(23, 15, -1)]
    assert [key.path[-1] for key in asked[0].asset_selection or ()] == ["github-copilot-seats"]
    assert [key.to_user_string() for key in asked[-1].asset_selection or ()] == [USERS]


def test_a_long_history_comes_over_several_ticks(workspace: Workspace) -> None:
    assert len(list(requests(workspace, NOW.replace(year=2027, month=6)))) == MOST_RUNS


def test_the_whole_code_location_loads_with_them(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration import definitions as code_location

    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace.root))
    found = code_location.definitions()
    schedules = {schedule.name for schedule in found.schedules or ()}
    assert schedules == {"daily", "leadership_weekly", "outbox_hourly", "pull_daily"}
    refresh = {node.name for node in found.resolve_job_def("refresh").nodes}
    assert not any(name.startswith("landing") for name in refresh)
    graph = found.resolve_asset_graph()
    assert dg.AssetKey(USERS.split("/")) in graph.materializable_asset_keys
    assert dg.AssetKey(USERS.split("/")) in graph.get(dg.AssetKey(["logs", "helper"])).parent_keys
