"""The readers on recorded and documented payloads of vendors. Every figure here was counted by hand from the files.

The recorded files are mock data of the vendors' own viewers or examples of their documentation: they prove shapes, not
magnitudes.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from accounting import Outcome, read

from orchestration.sources.records import Identity


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


def copilot(samples: Path, name: str) -> Outcome:
    return read("github-copilot-users", samples / "github_copilot" / name)


def test_the_28_day_copilot_report_of_an_enterprise(samples: Path) -> None:
    """Counted in enterprise-users-28-day-report.json, an object around `user_totals`.

    The file has eight objects with a `login`: octocat, octokitten, monalisa, defunkt, codertocat, hubot, alicechen,
    bobmartinez. Their `user_id`s are 1, 2, 3, 2, 3, 8, 6, 7, so ids 2 and 3 stand twice under different logins: eight
    users, not six. `user_initiated_interaction_count`: 410 + 285 + 48 + 280 + 120 + 190 + 240 + 130 = 1703.
    `code_generation_activity_count`: 1240 + 920 + 130 + 890 + 410 + 620 + 750 + 420 = 5380.
    `code_acceptance_activity_count`: 860 + 640 + 72 + 610 + 240 + 400 + 520 + 260 = 3602. No row has zero counters.
    `report_start_day` is 2026-02-04 and `report_end_day` 2026-03-03: 25 days of February and 3 of March are 28.
    """
    found = copilot(samples, "enterprise-users-28-day-report.json")
    assert (len(found.records), found.codes, found.lines) == (8, [], 8)
    prompts = {record.users[0].value: record.measures["prompts"] for record in found.records}
    assert prompts == {
        "octocat": 410,
        "octokitten": 285,
        "monalisa": 48,
        "defunkt": 280,
        "codertocat": 120,
        "hubot": 190,
        "alicechen": 240,
        "bobmartinez": 130,
    }
    totals = [sum(record.measures[name] for record in found.records) for name in ("prompts", "offered", "accepted")]
    assert totals == [1703, 5380, 3602]
    assert {(record.grain, record.period_start, record.period_end) for record in found.records} == {
        ("28d", date(2026, 2, 4), date(2026, 3, 4))
    }
    assert len({record.key for record in found.records}) == 8
    assert [record.attributes["total_active_days"] for record in found.records] == [22, 18, 5, 20, 9, 15, 18, 11]


def test_the_1_day_copilot_report_of_an_organisation(samples: Path) -> None:
    """Counted in organization-users-1-day-report.json: two rows of 2026-04-25, hubot and octocat.

    hubot: 24 prompts, 25 offered, 24 accepted, and the same 24 prompts again under `totals_by_cli` with 2 sessions.
    octocat: all top-level counters are zero, also the 0 prompts of the CLI, yet 16 CLI sessions with 31 requests: a
    use. So one of two rows has zero counters and both users were active; the sum of prompts is 24, not 48.
    """
    found = copilot(samples, "organization-users-1-day-report.json")
    hubot, octocat = found.records
    assert (found.codes, found.lines) == ([], 2)
    assert [(user.namespace, user.value) for user in hubot.users] == [
        ("github_login", "hubot"),
        ("github_id", "338097"),
    ]
    assert [hubot.measures[name] for name in ("prompts", "offered", "accepted", "lines_added")] == [24, 25, 24, 435]
    assert (hubot.attributes["cli_prompts"], hubot.attributes["cli_sessions"]) == (24, 2)
    assert [octocat.measures[name] for name in ("prompts", "offered", "accepted")] == [0, 0, 0]
    assert (octocat.attributes["cli_prompts"], octocat.attributes["cli_sessions"]) == (0, 16)
    assert octocat.attributes["cli_requests"] == 31
    assert hubot.is_active
    assert octocat.is_active
    assert {record.as_of for record in found.records} == {datetime(2026, 4, 26, 3, 36, 11, 710_000)}
    assert not any(record.is_final for record in found.records)


def test_the_older_1_day_report_the_documented_array_and_true_ndjson(samples: Path) -> None:
    """One row each: octocat 18/55/38 on 2026-03-03; login1 0/1/1 on 2025-10-01 with 2 CLI prompts; octocat 95/150/25
    on 2025-07-05, where `totals_by_cli` is absent: unknown."""
    names = (
        "enterprise-users-1-day-report.json",
        "official_user_level_example.json",
        "faros_users-1-day_daily_copilot-usage-report.jsonl",
    )
    rows = [record for name in names for record in copilot(samples, name).records]
    assert [[row.measures[name] for name in ("prompts", "offered", "accepted")] for row in rows] == [
        [18, 55, 38],
        [0, 1, 1],
        [95, 150, 25],
    ]
    assert [row.period_start for row in rows] == [date(2026, 3, 3), date(2025, 10, 1), date(2025, 7, 5)]
    assert [row.grain for row in rows] == ["day", "day", "day"]
    assert [row.attributes.get("cli_prompts", "unknown") for row in rows] == ["unknown", 2, "unknown"]


def test_links_and_reports_without_users_are_rejected_record_by_record(samples: Path) -> None:
    """Two envelopes of links hold no data; the other reports of the folder hold totals of organisations or seats."""
    for name in ("download-links-organization-1-day.json", "faros_download_links_28day.json"):
        assert copilot(samples, name).codes == ["unknown_shape"]
    for name in ("organization-1-day-report.json", "organization_metrics_response_sample.json"):
        found = copilot(samples, name)
        assert found.records == []
        assert set(found.codes) == {"missing_field"}


def test_the_pages_of_claude_code_analytics(samples: Path) -> None:
    """Counted in faros_claude_code_usage_report.json (two rows) and official_claude_code_usage_report_v1.json (one).

    user1: accepted 25 + 12 + 5 + 8 = 50, rejected 3 + 1 + 2 + 0 = 6, input 45230 + 23100 = 68330, output 12450 + 5680 =
    18130, cost 186 + 42 cents = 2.28 USD. user2: accepted 18 + 5 = 23, rejected 2 + 1 = 3, cost 1.25 USD.
    developer: accepted 45 + 12 + 8 + 3 = 68, rejected 5 + 2 + 1 + 0 = 8, cost 10.25 USD.
    """
    names = ("faros_claude_code_usage_report.json", "official_claude_code_usage_report_v1.json")
    pages = [read("claude-code-analytics", samples / "anthropic" / name) for name in names]
    assert [page.codes for page in pages] == [[], []]
    figures = [
        [
            record.users[0].value,
            record.period_start,
            *map(record.measures.get, ("sessions", "accepted", "rejected", "cost")),
        ]
        for page in pages
        for record in page.records
    ]
    assert figures == [
        ["user1@example.com", date(2025, 8, 8), 15, 50, 6, 2.28],
        ["user2@example.com", date(2025, 8, 9), 10, 23, 3, 1.25],
        ["developer@company.com", date(2025, 9, 8), 5, 68, 8, 10.25],
    ]
    first = pages[0].records[0]
    assert (first.measures["input_tokens"], first.measures["output_tokens"]) == (68330, 18130)


def test_another_product_of_the_same_vendor_is_not_taken_for_it(samples: Path) -> None:
    for name in ("official_enterprise_analytics_users.json", "faros_org_users.json"):
        found = read("claude-code-analytics", samples / "anthropic" / name)
        assert found.records == []
        assert set(found.codes) == {"missing_field"}


def test_the_scim_examples_of_the_standard(samples: Path) -> None:
    """One minimal user, one full user, one group (rejected), and a list of two of which only jsmith has a userName."""
    outcomes = [read("people", path) for path in sorted((samples / "scim").glob("*.json"))]
    assert Counter(code for found in outcomes for code in found.codes) == {"unknown_shape": 1, "missing_field": 1}
    people = [person for found in outcomes for person in found.records]
    assert [(person.person_id, person.name) for person in people] == [
        ("2819c223-7f76-453a-919d-413861904646", None),
        ("2819c223-7f76-453a-919d-413861904646", "Babs Jensen"),
        ("2819c223-7f76-413861904646", "Smith, James"),
    ]
    assert people[1].aliases == (
        Identity("email", "bjensen@example.com"),
        Identity("email", "babs@jensen.org"),
        Identity("upn", "bjensen@example.com"),
        Identity("external_id", "701984"),
    )


def test_the_cloudevents_examples_of_the_standard(samples: Path) -> None:
    """An array of six events and a nested array of two. Two have an object as data; the other six have thrift bytes
    (twice), XML text, a number, a plain text, and no time."""
    found = read("human-decision", samples / "inhouse_events" / "cloudevents_examples.json")
    assert [record.key for record in found.records] == [
        ("/mycontext", "C234-1234-1234"),
        ("/mycontext/9", "C234-1234-1234"),
    ]
    assert Counter(found.codes) == {"wrong_type": 5, "missing_field": 1}


def test_the_exports_of_review_tools(samples: Path) -> None:
    """Two Label Studio exports of one annotation each, both manual without a prediction (10.744 s and 1.849 s), and one
    A2I loop answered once after 165.529 s with a score of 996, which is no share."""
    folder = samples / "human_review"
    exports = [read("label-studio", folder / f"labelstudio_csv_test{end}.json") for end in ("2", "_history")]
    events = [event for found in exports for event in found.records]
    assert [(event.event_name, event.users[0].value, event.dwell_ms) for event in events] == [
        ("annotation_submitted", "test@heartex.com", 10744.0),
        ("annotation_submitted", "sergei@heartex.test", 1849.0),
    ]
    assert events[1].final_value == "Positive"
    loop = read("amazon-a2i", folder / "a2i_fraud_detector_output_1.json")
    (answer,) = loop.records
    assert (answer.final_value, answer.dwell_ms, answer.confidence) == ("Needs furthur review", 165529.0, None)
    assert answer.attributes["score"] == 996.0
    assert answer.occurred_at == datetime(2021, 2, 17, 19, 23, 38, 92_000)


def test_no_sample_of_any_vendor_crashes_any_reader(samples: Path) -> None:
    """Every file of up to 300 kB against every format: what is not of a format ends in rejects."""
    formats = ("github-copilot-users", "claude-code-analytics", "human-decision", "people", "label-studio", "absences")
    files = [path for path in samples.rglob("*") if path.is_file() and path.stat().st_size < 300_000]
    assert files
    for path in files:
        for name in formats:
            read(name, path)
