"""The readers of suites and further coding tools on documented payloads and a published data set, counted by hand.

The weeks are Microsoft's simulated person query; the rest are examples of documentation, fixtures of a public connector
and a masked excerpt.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from accounting import Outcome, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


@pytest.fixture(scope="module")
def weeks(samples: Path) -> Outcome:
    return read("viva-person-query", samples / "m365_copilot" / "viva_person_query_pq_data.csv")


def test_the_documented_user_has_a_concealed_name(samples: Path) -> None:
    """Refreshed on 20 August 2025 for seven days, 14 to 20 August; last active in Teams on the 20th, in Word before."""
    found = read("m365-copilot-usage-user-detail", samples / "m365_copilot" / "usageUserDetail_v1_concealed.json")
    (row,) = found.records
    assert row.users == (Identity("m365_concealed", "DC8C64D6EC3A3AA17481D7E5EB5B68A6"),)
    assert (row.period_start, row.period_end, row.is_active) == (date(2025, 8, 14), date(2025, 8, 21), True)
    assert (row.coverage, row.measures) == ("unknown", {"prompts": None})
    assert row.attributes == {
        "last_activity_date": "2025-08-20",
        "copilot_chat_last_activity_date": "2025-08-16",
        "teams_last_activity_date": "2025-08-20",
        "word_last_activity_date": "2025-08-06",
        "powerpoint_last_activity_date": "2025-03-26",
    }


def test_the_documented_audit_record_is_a_prompt_and_a_reply_in_word(samples: Path) -> None:
    found = read("purview-copilot-interaction", samples / "m365_copilot" / "purview_CopilotInteraction_AuditData.jsonl")
    assert [(event.event_name, event.is_user_initiated) for event in found.records] == [
        ("prompt", True),
        ("response", False),
    ]
    assert {(event.occurred_at, event.feature, event.attributes["context_types"]) for event in found.records} == {
        (datetime(2023, 12, 13, 17, 12, 36), "Word", "docx")
    }


def test_the_documented_messages_are_two_prompts_and_two_replies(samples: Path) -> None:
    """One reply in Teams; a reply with seven links and its prompt half a second before it; a prompt of a year later."""
    found = [
        event
        for number in (4, 7, 10)
        for event in read(
            "m365-ai-interactions", samples / "m365_copilot" / f"aiInteraction_export_{number}.json"
        ).records
    ]
    assert [(event.event_name, event.feature, event.attributes["links"]) for event in found] == [
        ("response", "Teams", 0),
        ("response", "BizChat", 7),
        ("prompt", "BizChat", 0),
        ("prompt", "BizChat", 0),
    ]
    assert found[1].item_id == found[2].item_id
    assert [event.users[0].value[:8] for event in found if event.users] == ["4db02e4b", "254efcd0"]


def test_300_persons_have_35_weeks_from_sundays(weeks: Outcome) -> None:
    """31 March to 24 November 2024 are 34 weeks apart: 35 Sundays, 300 rows on each, 10,500 in all, and the header."""
    assert (len(weeks.records), weeks.codes, weeks.lines) == (10_500, [], 10_501)
    assert len({row.users[0].value for row in weeks.records}) == 300
    starts = Counter(row.period_start for row in weeks.records)
    assert (len(starts), min(starts), max(starts)) == (35, date(2024, 3, 31), date(2024, 11, 24))
    assert set(starts.values()) == {300}
    assert {start.isoweekday() for start in starts} == {7}
    assert {(row.period_end - row.period_start).days for row in weeks.records} == {7}


def test_the_24_metrics_of_copilot_and_five_columns_of_the_cohort_are_kept(weeks: Outcome) -> None:
    """Three of 24 metrics by another reader: 9,981 person-weeks with 22,181 active days, 6,106 actions in Word. The
    simulation has actions in each of the other 519 weeks too."""
    first = weeks.records[0]
    assert sum("copilot" in name for name in first.attributes) == 24
    assert len(first.attributes) == 24 + 5 + len(["active_days"])
    days = [row.attributes["active_days"] for row in weeks.records]
    assert (sum(day > 0 for day in days), sum(days)) == (9_981, 22_181)
    assert sum(row.attributes["copilot_actions_taken_in_word"] for row in weeks.records) == 6_106
    assert sum(row.is_active for row in weeks.records) == 10_500
    organisations = Counter(row.attributes["organization"] for row in weeks.records)
    assert (organisations["IT"], organisations["Sales"], len(organisations)) == (68 * 35, 13 * 35, 7)


def test_the_masked_users_of_amazon_q_have_empty_cells(samples: Path) -> None:
    first, second = read("amazon-q-developer", samples / "kiro_amazonq" / "by_user_analytic_excerpt_2025.csv").records
    assert {row.period_start for row in (first, second)} == {date(2025, 4, 17)}
    assert first.measures == {"offered": 70, "accepted": 49, "lines_accepted": 49, "messages": 69}
    assert second.measures == {"offered": None, "accepted": None, "lines_accepted": None, "messages": 3}
    assert (first.attributes, second.attributes) == ({"chat_aicodelines": 0, "chat_messagesinteracted": 4}, {})


def test_windsurf_counts_by_key_and_the_page_of_users_has_the_addresses(samples: Path) -> None:
    """45 acceptances in TypeScript, 25 replies; John's key is the one that was counted. Cascade's answer names nobody,
    and the shares of written code neither a user nor a day."""
    folder = samples / "windsurf"
    (accepted,) = read("windsurf", folder / "faros_autocomplete_analytics.json").records
    (chat,) = read("windsurf", folder / "faros_chat_analytics.json").records
    assert (accepted.measures, chat.measures) == ({"accepted": 45, "lines_accepted": 280}, {"messages": 25})
    john, jane = read("windsurf", folder / "faros_user_page_analytics.json").records
    assert john.users[0] == accepted.users[0] == chat.users[0]
    assert [user.users[1].namespace for user in (john, jane)] == ["email", "email"]
    assert jane.attributes["last_activity_at"] == "2024-03-17T14:20:00Z"
    for name in ("cascade_runs", "cascade_lines", "pcw"):
        assert read("windsurf", folder / f"faros_{name}_analytics.json").codes == ["missing_field"], name


def test_every_sample_is_told_by_its_content(samples: Path) -> None:
    expected = {
        "m365_copilot/usageUserDetail_v1_concealed.json": "m365-copilot-usage-user-detail",
        "m365_copilot/purview_CopilotInteraction_AuditData.jsonl": "purview-copilot-interaction",
        "m365_copilot/viva_person_query_pq_data.csv": "viva-person-query",
        "m365_copilot/aiInteraction_export_7.json": "m365-ai-interactions",
        "kiro_amazonq/by_user_analytic_excerpt_2025.csv": "amazon-q-developer",
        "windsurf/faros_autocomplete_analytics.json": "windsurf",
        "windsurf/faros_cascade_runs_analytics.json": "windsurf",
        "windsurf/faros_user_page_analytics.json": "windsurf",
        "m365_copilot/getmicrosoft365copilotusercountsummary_0.csv": None,
        "m365_copilot/getmicrosoft365copilotusercounttrend_1.json": None,
    }
    found = {name: recognise(samples / name) for name in expected}
    assert {name: one and one[0].name for name, one in found.items()} == expected
