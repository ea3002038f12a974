"""Recorded and documented payloads of every vendor: told apart by content, and the rosters read. Counted by hand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from accounting import read

from orchestration.commands.inspect import inspect_file
from orchestration.sources.inspection import appearance
from orchestration.sources.looking import look, recognise

KNOWN = {
    "github_copilot/organization-users-1-day-report.json": "github-copilot-users",
    "github_copilot/official_user_level_example.json": "github-copilot-users",
    "github_copilot/faros_users-1-day_daily_copilot-usage-report.jsonl": "github-copilot-users",
    "anthropic/faros_claude_code_usage_report.json": "claude-code-analytics",
    "anthropic/official_claude_code_usage_report_v1.json": "claude-code-analytics",
    "human_review/labelstudio_csv_test2.json": "label-studio",
    "human_review/a2i_fraud_detector_output_1.json": "amazon-a2i",
    "inhouse_events/cloudevents_examples.json": "human-decision",
    "scim/rfc7643-8.1-user-minimal.json": "scim",
    "scim/rfc7643-8.2-user-full.json": "scim",
    "scim/rfc7644-3.4.3-list_response-post_query.json": "scim",
    "rosters/faros_okta_users.json": "okta",
    "rosters/faros_bamboohr_user_details_input.json": "bamboohr",
    "rosters/faros_workday_customreports.json": "workday",
    "github_copilot/entra-org-tree.json": "entra",
}
OTHERS = (
    "github_copilot/organization-1-day-report.json",
    "github_copilot/download-links-organization-1-day.json",
    "openai/audit_logs.openapi-example.json",
    "rosters/faros_workday_customreports_csv.json",
    "inhouse_events/segment_track.json",
    "m365_copilot/getmicrosoft365copilotusercountsummary_0.csv",
)
"""Files that look much like a format and are none: totals, links, another product's pages."""


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


@pytest.mark.parametrize("name", KNOWN)
def test_a_vendor_s_file_is_recognised(samples: Path, name: str) -> None:
    found = recognise(samples / name)
    assert found is not None
    assert found[0].name == KNOWN[name]


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_looks_alike_is_not_recognised(samples: Path, name: str) -> None:
    assert recognise(samples / name) is None


def test_every_sample_shows_what_it_looks_like(samples: Path) -> None:
    files = [path for path in samples.rglob("*") if path.is_file()]
    assert len(files) > 50
    for path in files:
        assert appearance(look(path))[0]


def test_the_rosters_that_vendors_documented(samples: Path) -> None:
    """One Okta user, active; one BambooHR employee hired 2020-11-11 whose end is 0000-00-00: open; no pay, no birth."""
    (okta,) = read("people", samples / "rosters" / "faros_okta_users.json").records
    assert (okta.person_id, okta.is_active, len(okta.aliases)) == ("00u3iw1h2t4oi09Cv5d7", True, 2)
    (bamboo,) = read("people", samples / "rosters" / "faros_bamboohr_user_details_input.json").records
    assert (bamboo.person_id, bamboo.department, bamboo.role) == ("109", "test", "Accountant")
    assert (bamboo.eligible_from, bamboo.eligible_to, bamboo.is_active) == (date(2020, 11, 11), None, True)
    assert set(bamboo.attributes) <= {"city", "country", "division", "employmentHistoryStatus", "createdByUserId"}


def test_a_report_whose_columns_say_nothing_is_refused_row_by_row(samples: Path) -> None:
    found = read("people", samples / "rosters" / "faros_workday_customreports.json")
    assert found.codes == ["missing_field"] * 2
    assert "people.yml" in found.rejects[0].reason


def test_no_sample_of_any_vendor_crashes_a_roster_format_or_the_look_at_it(samples: Path) -> None:
    files = [path for path in samples.rglob("*") if path.is_file() and path.stat().st_size < 100_000]
    for path in files:
        for name in ("entra", "okta", "bamboohr", "workday", "people-csv", "xapi", "training"):
            read(name, path)


def test_inspecting_shows_no_address_of_any_sample(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (path for path in samples.rglob("*") if path.is_file() and path.stat().st_size < 300_000):
        inspect_file(path, as_json=True)
        assert not re.search(r"[\w.+-]+@[\w-]+\.\w", capsys.readouterr().out), path
