"""The readers of seats, bills and counts on recorded and documented payloads of vendors, figures counted by hand.

The files are mock data of the vendors' own viewers, fixtures of public connectors, or examples of documentation.
"""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from accounting import Outcome, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


def taken_on(day: str, sample: Path, folder: Path) -> Path:
    """A snapshot under a name that says when it was taken."""
    copy = folder / f"{sample.stem}_{day}.json"
    shutil.copyfile(sample, copy)
    return copy


def seats(samples: Path, name: str, day: str, folder: Path) -> Outcome:
    return read("github-copilot-seats", taken_on(day, samples / "github_copilot" / name, folder))


def test_the_seats_of_an_organisation(samples: Path, tmp_path: Path) -> None:
    """Nine seats; eight were last active on 1 May 2026 at noon, newjoiner never. Four teams hold 4 + 3 + 2 of them."""
    found = seats(samples, "organization_seats_response_sample.json", "2026-05-04", tmp_path)
    assert (len(found.records), found.codes, found.lines) == (9, [], 9)
    assert {seat.users[0].value for seat in found.records if not seat.is_active} == {"newjoiner"}
    assert {seat.attributes.get("last_activity_at") for seat in found.records} == {"2026-05-01T12:00:00Z", None}
    teams = [seat.part for seat in found.records]
    assert [teams.count(team) for team in ("the-a-team", "frontend-team", "backend-team")] == [4, 3, 2]


def test_the_same_seats_four_months_later_are_unused(samples: Path, tmp_path: Path) -> None:
    """From 1 May to 1 June are 31 days, inside the 90; the documented example was last active in October 2021."""
    assert [
        seat.is_active
        for seat in seats(samples, "enterprise_seats_response_sample.json", "2026-06-01", tmp_path).records
    ] == [True] * 8
    old = seats(samples, "faros_copilot_seats.json", "2022-03-01", tmp_path)
    assert [seat.is_active for seat in old.records] == [False, False]


def test_the_documented_seats_have_offsets_and_one_id_under_two_logins(samples: Path, tmp_path: Path) -> None:
    """00:53:32 at -06:00 is 06:53:32 UTC; octocat and octokitten both have the id 1."""
    found = seats(samples, "faros_copilot_seats.json", "2021-10-15", tmp_path)
    first, second = found.records
    assert first.users == (Identity("github_login", "octocat"), Identity("github_id", "1"))
    assert second.users == (Identity("github_login", "octokitten"), Identity("github_id", "1"))
    assert first.attributes["last_activity_at"] == "2021-10-14T06:53:32Z"
    assert first.attributes["seat_since_at"] == "2021-08-04T00:00:00Z"
    assert second.attributes["pending_cancellation_date"] == "2021-11-01"
    assert first.key != second.key


def test_a_bill_of_credits(samples: Path) -> None:
    """110 items of June 2026 for nine users: 25 for monalisa, 46 for newjoiner, one for octokitten, all unlike."""
    found = read("github-copilot-billing", samples / "github_copilot" / "billing-credits.json")
    assert (len(found.records), found.codes) == (110, [])
    users = [row.users[0].value for row in found.records]
    assert [users.count(user) for user in ("monalisa", "newjoiner", "octokitten", "hubot")] == [25, 46, 1, 7]
    assert {(row.grain, row.period_start, row.period_end, row.is_active) for row in found.records} == {
        ("month", date(2026, 6, 1), date(2026, 7, 1), None)
    }
    first = found.records[0]
    assert (first.measures, first.currency) == ({"cost": 1.228963}, "USD")
    assert (first.attributes["quantity"], first.attributes["unit_type"]) == (351.13242, "ai-credits")
    assert {row.key[-1] for row in found.records} == {"1"}


def test_the_placeholder_of_claude_enterprise_is_a_row_of_zeros(samples: Path, tmp_path: Path) -> None:
    """One user `id` with every count zero: listed, and not active. Without a day in its name it is refused."""
    sample = samples / "anthropic" / "official_enterprise_analytics_users.json"
    assert read("claude-enterprise-analytics", sample).codes == ["missing_field"]
    (row,) = read("claude-enterprise-analytics", taken_on("2026-03-02", sample, tmp_path)).records
    assert row.users == (Identity("email", "email_address"), Identity("anthropic_user_id", "id"))
    assert row.is_active is False
    assert set(row.measures.values()) == {0}


def test_two_days_of_cursor(samples: Path) -> None:
    """18 March 2024: 45 + 128 + 12 + 67 = 252 prompts, 87 applied = 73 accepted + 14 rejected.
    19 March: 67 + 156 + 23 + 89 = 335 prompts, 102 = 91 + 11. No paging and nobody idle: active users only."""
    found = read("cursor-daily-usage", samples / "cursor" / "faros_daily_usage.json")
    assert found.codes == []
    assert [(row.period_start, row.measures["prompts"]) for row in found.records] == [
        (date(2024, 3, 18), 252),
        (date(2024, 3, 19), 335),
    ]
    names = ("offered", "accepted", "rejected", "lines_added", "lines_accepted")
    assert [[row.measures[name] for name in names] for row in found.records] == [
        [87, 73, 14, 1543, 1102],
        [102, 91, 11, 2104, 1876],
    ]
    assert {row.coverage for row in found.records} == {"active_only"}
    assert {row.users for row in found.records} == {(Identity("email", "developer@company.com"),)}


def test_three_events_of_cursor(samples: Path) -> None:
    """Two cost 20.18232 and 40.167 cents, one is included, without tokens. 1750979225.854 s: 26 June 2025, 23:07:05."""
    found = read("cursor-usage-events", samples / "cursor" / "faros_usage_events.json")
    assert found.codes == []
    first, second, third = found.records
    assert first.occurred_at == datetime(2025, 6, 26, 23, 7, 5, 854_000)
    assert [round(event.cost, 7) for event in (first, second)] == [0.2018232, 0.40167]
    assert (third.cost, third.input_tokens, third.attributes["kind"]) == (None, None, "Included in Business")
    assert [event.users[0].value for event in found.records] == ["developer@company.com"] * 2 + ["admin@company.com"]


def test_the_documented_api_usage_names_nobody(samples: Path) -> None:
    """Every example of the interface description has a user, a key and a project of null."""
    names = ("usage_completions", "usage_images", "usage_embeddings", "usage_code_interpreter_sessions", "costs")
    for name in names:
        sample = samples / "openai" / f"{name}.openapi-example.json"
        assert read("openai-usage", sample).codes == ["missing_field"], name


def test_the_header_of_a_chatgpt_export_is_its_newest_generation(samples: Path) -> None:
    path = samples / "openai" / "chatgpt_enterprise_users_HEADERS.csv"
    assert (read("chatgpt-enterprise-users", path).codes, read("chatgpt-enterprise-users", path).blanks) == ([], 1)
    found = recognise(path)
    assert found is not None
    assert (found[0].name, found[1]) == ("chatgpt-enterprise-users", "with credits")


def test_every_sample_is_told_from_the_others_by_its_content(samples: Path) -> None:
    expected = {
        "github_copilot/organization_seats_response_sample.json": "github-copilot-seats",
        "github_copilot/billing-credits.json": "github-copilot-billing",
        "github_copilot/official_user_level_example.json": "github-copilot-users",
        "anthropic/official_claude_code_usage_report_v1.json": "claude-code-analytics",
        "anthropic/official_enterprise_analytics_users.json": "claude-enterprise-analytics",
        "cursor/faros_daily_usage.json": "cursor-daily-usage",
        "cursor/faros_usage_events.json": "cursor-usage-events",
        "openai/usage_completions.openapi-example.json": "openai-usage",
        "openai/costs.openapi-example.json": "openai-usage",
    }
    found = {name: recognise(samples / name) for name in expected}
    assert {name: one and one[0].name for name, one in found.items()} == expected
    for name in ("cursor/faros_members.json", "cursor/faros_ai_commit_metrics.json", "anthropic/faros_org_users.json"):
        one = recognise(samples / name)
        assert one is None or one[0].dataset == "people", name
