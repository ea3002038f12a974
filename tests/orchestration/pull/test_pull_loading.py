"""What is landed is loaded as if it had been dropped into the inbox, and a corrected day replaces, never doubles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.loading.report import LoadReport
from orchestration.pull.pulling import Span
from orchestration.registry import load_registry
from orchestration.registry.raw_rows import raw_rows
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
from tests.orchestration.pull.pulling_workspaces import entry, everything_in, landed, pulled, pulling_workspace
from tests.orchestration.pull.vendors import PEOPLE, SECRETS, Vendors

DAY = date(2026, 11, 18)
REPORTS = [
    ("github", "users-1-day", "prompts"),
    ("anthropic", "claude-code", "sessions"),
    ("anthropic", "enterprise-users", "messages"),
    ("openai", "usage-completions", "input_tokens"),
    ("cursor", "daily-usage", "offered"),
]
EVENTS = ("cursor", "usage-events", "")


def load(workspace: Workspace) -> LoadReport:
    now = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    with open_warehouse(workspace, now=now) as warehouse:
        warehouse.replace_registry(raw_rows(load_registry(workspace), now.date()))
        report = warehouse.load_tool("helper")
        warehouse.verify_ledger()
    assert report.quarantined == 0
    return report


def rows(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def amounts(workspace: Workspace, measure: str) -> list[float]:
    return [row[0] for row in rows(workspace, f"select {measure} from raw.usage_aggregate order by 1")]


def expected(report: str, version: int) -> list[float]:
    found = [float(10 * number + version) for number in range(1, len(PEOPLE) + 1)]
    return [0.0, *found[:-1]] if report == "daily-usage" else found  # the last member of Cursor's is idle


@pytest.mark.parametrize(("name", "report", "measure"), REPORTS, ids=str)
def test_a_corrected_day_replaces_what_it_said_before(
    tmp_path: Path, vendor: Vendors, name: str, report: str, measure: str
) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, name, report))
    pulled(workspace, span=Span(DAY, DAY))
    vendor.version = 2
    pulled(workspace, span=Span(DAY, DAY))
    load(workspace)
    assert len(landed(workspace)) in (2, 6)
    assert amounts(workspace, measure) == expected(report, 2)


def test_a_corrected_day_replaces_what_was_loaded_before(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "anthropic", "claude-code"))
    for version in (1, 2):
        vendor.version = version
        pulled(workspace, span=Span(DAY, DAY))
        load(workspace)
        assert amounts(workspace, "sessions") == expected("claude-code", version)


def test_an_event_that_is_fetched_twice_counts_once(tmp_path: Path, vendor: Vendors) -> None:
    """Of an event that the vendor corrects, the warehouse keeps one version."""
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "cursor", "usage-events"))
    for version in (1, 2):
        vendor.version = version
        pulled(workspace, span=Span(DAY, DAY))
        load(workspace)
        assert rows(workspace, "select count(*), count(distinct alias_no) from raw.usage_event") == [(5, 5)]


def test_a_day_that_is_said_again_unchanged_becomes_final(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "anthropic", "claude-code"))
    pulled(workspace, span=Span(DAY, DAY))
    load(workspace)
    before = rows(workspace, "select min(as_of) from raw.usage_aggregate")
    pulled(workspace, span=Span(DAY, DAY))
    report = load(workspace)
    assert (report.loaded, report.duplicate) == (0, len(PEOPLE))
    assert rows(workspace, "select min(as_of) from raw.usage_aggregate") > before


def test_a_day_without_a_date_in_its_rows_is_the_day_of_its_window(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "anthropic", "enterprise-users"))
    pulled(workspace, span=Span(DAY, DAY))
    load(workspace)
    assert rows(workspace, "select distinct period_start from raw.usage_aggregate") == [(DAY,)]


def test_several_sources_of_a_tool_read_their_own_files_alone(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(
        tmp_path, entry(vendor.url, "github", "users-1-day"), entry(vendor.url, "github", "seats")
    )
    found = pulled(workspace)
    assert [one.error for one in found] == [None, None]
    load(workspace)
    sources = "select source_id, count(*) from raw.load group by 1 order by 1"
    assert rows(workspace, sources) == [("helper/github-copilot-seats", 3), ("helper/github-copilot-users", 7)]


def test_microsofts_file_is_loaded(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "microsoft", "usage-user-detail"))
    pulled(workspace)
    assert load(workspace).loaded == len(PEOPLE)


def test_no_secret_is_landed_or_loaded(tmp_path: Path, vendor: Vendors) -> None:
    """Tokens, what was made of them, and the signatures of links, against every byte and name of the workspace."""
    vendor.lifetimes = [0]
    workspace = pulling_workspace(
        tmp_path, *(entry(vendor.url, name, report) for name, report, _ in (*REPORTS, EVENTS)),
        entry(vendor.url, "github", "seats"), entry(vendor.url, "microsoft", "usage-user-detail"),
    )  # fmt: skip
    assert [one.error for one in pulled(workspace)] == [None] * 8
    load(workspace)
    needles = [secret.encode() for secret in SECRETS]
    places = everything_in(workspace.root)
    assert len(places) > 50
    assert [path for path, content in places.items() for one in needles if one in content or one in path.encode()] == []


def test_openais_users_say_which_address_an_id_of_its_usage_has(tmp_path: Path, vendor: Vendors) -> None:
    """A mapping that names both is enough: takeup keeps that they are the same person."""
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "openai", "users"))
    pulled(workspace)
    assert load(workspace).loaded == len(PEOPLE)
    assert rows(workspace, "select count(*) from raw.identity_link") == [(len(PEOPLE),)]
    assert rows(workspace, "select distinct actor_type from raw.usage_event") == [("service",)]  # having one is no use
