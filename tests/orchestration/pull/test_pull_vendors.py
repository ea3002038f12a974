"""Every report of every vendor: what is asked, how it is paged, what is landed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.pull.pulling import Span
from orchestration.pull.reports import REPORTS
from orchestration.registry.pull_models import VENDORS
from tests.orchestration.pull.pulling_workspaces import FORMATS, bodies, entry, landed, pulled, pulling_workspace
from tests.orchestration.pull.vendors import PEOPLE, Vendors

DAY = Span(date(2026, 11, 18), date(2026, 11, 18))
TODAY = Span(date(2026, 11, 23), date(2026, 11, 23))


def fetch(root: Path, vendor: Vendors, name: str, report: str, span: Span = DAY, more: str = "") -> list[bytes]:
    workspace = pulling_workspace(root, entry(vendor.url, name, report, more))
    [found] = pulled(workspace, span=span)
    assert found.error is None
    assert (found.windows, found.files) == ([str(span.first)], len(bodies(workspace)))
    return bodies(workspace)


def test_every_report_that_the_configuration_knows_can_be_fetched() -> None:
    assert {name: set(vendor.reports) for name, vendor in VENDORS.items()} == {
        name: set(reports) for name, reports in REPORTS.items()
    }


def test_github_users_come_from_signed_links_that_see_no_token(tmp_path: Path, vendor: Vendors) -> None:
    vendor.files = 2
    first, second = fetch(tmp_path, vendor, "github", "users-1-day")
    logins = [json.loads(line)["user_login"] for line in (first + second).splitlines()]
    assert sorted(logins) == sorted(PEOPLE)
    asked = vendor.seen[0]
    assert (asked.path, asked.query) == ("/orgs/acme/copilot/metrics/reports/users-1-day", {"day": ["2026-11-18"]})
    links = [one for one in vendor.seen if one.path.startswith("/signed/")]
    assert len(links) == 2
    assert not any({"authorization", "x-github-api-version"} & set(one.headers) for one in links)


def test_an_enterprise_has_addresses_of_its_own(tmp_path: Path, vendor: Vendors) -> None:
    source = entry(vendor.url, "github", "users-1-day").replace("org: acme", "enterprise: acme")
    [found] = pulled(pulling_workspace(tmp_path, source), span=DAY)
    assert found.error is None
    assert vendor.seen[0].path == "/enterprises/acme/copilot/metrics/reports/users-1-day"


def test_the_28_days_of_github_are_a_snapshot_of_today(tmp_path: Path, vendor: Vendors) -> None:
    fetch(tmp_path, vendor, "github", "users-28-day", TODAY)
    assert vendor.seen[0].path == "/orgs/acme/copilot/metrics/reports/users-28-day/latest"
    assert vendor.seen[0].query == {}


def test_github_seats_follow_the_link_header(tmp_path: Path, vendor: Vendors) -> None:
    pages = fetch(tmp_path, vendor, "github", "seats", TODAY)
    assert [len(json.loads(page)["seats"]) for page in pages] == [2, 2, 1]
    assert [one.query for one in vendor.seen] == [
        {"per_page": ["100"]},
        {"per_page": ["100"], "page": ["2"]},
        {"per_page": ["100"], "page": ["3"]},
    ]


@pytest.mark.parametrize(
    ("report", "parameter", "path"),
    [
        ("claude-code", "starting_at", "/v1/organizations/usage_report/claude_code"),
        ("enterprise-users", "date", "/v1/organizations/analytics/users"),
    ],
)
def test_anthropic_goes_on_with_next_page(
    tmp_path: Path, vendor: Vendors, report: str, parameter: str, path: str
) -> None:
    pages = fetch(tmp_path, vendor, "anthropic", report)
    assert [len(json.loads(page)["data"]) for page in pages] == [2, 2, 1]
    assert {one.path for one in vendor.seen} == {path}
    assert [one.query.get("page") for one in vendor.seen] == [None, ["page_2"], ["page_3"]]
    assert all(one.query[parameter] == ["2026-11-18"] for one in vendor.seen)


def test_openai_is_asked_for_a_day_by_user(tmp_path: Path, vendor: Vendors) -> None:
    pages = fetch(tmp_path, vendor, "openai", "usage-completions")
    assert len(pages) == 3
    asked = vendor.seen[0].query
    assert (asked["start_time"], asked["end_time"]) == (["1794960000"], ["1795046400"])
    assert asked["group_by"] == ["user_id", "api_key_id", "project_id", "model", "batch"]


def test_openai_users_go_on_after_the_last_one(tmp_path: Path, vendor: Vendors) -> None:
    pages = fetch(tmp_path, vendor, "openai", "users", TODAY)
    assert [one["email"] for page in pages for one in json.loads(page)["data"]] == [
        f"{who}@example.com" for who in PEOPLE
    ]


def test_openai_costs_are_asked_by_project(tmp_path: Path, vendor: Vendors) -> None:
    fetch(tmp_path, vendor, "openai", "costs")
    assert vendor.seen[0].path == "/v1/organization/costs"
    assert vendor.seen[0].query["group_by"] == ["project_id", "line_item"]


def test_cursor_is_asked_with_a_page_so_that_idle_members_come_too(tmp_path: Path, vendor: Vendors) -> None:
    pages = fetch(tmp_path, vendor, "cursor", "daily-usage")
    rows = [row for page in pages for row in json.loads(page)["data"]]
    assert [row["isActive"] for row in rows] == [True, True, True, True, False]
    assert [one.body["page"] for one in vendor.seen] == [1, 2, 3]
    assert {one.method for one in vendor.seen} == {"POST"}


def test_cursor_events_of_a_day_end_a_millisecond_before_the_next(tmp_path: Path, vendor: Vendors) -> None:
    fetch(tmp_path, vendor, "cursor", "usage-events")
    body = vendor.seen[0].body
    assert body["endDate"] - body["startDate"] == 86_400_000 - 1


def test_microsoft_signs_in_once_and_fetches_the_file_without_the_token(tmp_path: Path, vendor: Vendors) -> None:
    [file] = fetch(tmp_path, vendor, "microsoft", "usage-user-detail", TODAY)
    assert file.startswith(b"Report Refresh Date,User Principal Name")
    assert [one.path.split("/")[1] for one in vendor.seen] == ["tenant-1", "v1.0", "signed"]
    assert "authorization" not in vendor.seen[-1].headers


def test_microsoft_in_json_follows_the_next_link(tmp_path: Path, vendor: Vendors) -> None:
    pages = fetch(tmp_path, vendor, "microsoft", "usage-user-detail", TODAY, "version: v2, period: D28, ")
    assert [len(json.loads(page)["value"]) for page in pages] == [2, 2, 1]
    assert vendor.count("/oauth2/") == 1


@pytest.mark.parametrize(
    ("report", "name"), [(report, name) for name, all_ in REPORTS.items() for report in all_ if report in FORMATS]
)
def test_every_file_is_named_after_its_window(tmp_path: Path, vendor: Vendors, report: str, name: str) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, name, report))
    span = TODAY if REPORTS[name][report].cadence.is_snapshot else DAY
    pulled(workspace, span=span)
    assert landed(workspace)
    assert all(f"/{span.first}/{report}_{span.first}_p000" in file for file in landed(workspace))
