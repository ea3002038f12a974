"""What the leadership page says follows from the figures, and says so when they say nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from dashboards import leadership as words
from dashboards.decisions import decisions
from dashboards.marts import adoption
from dashboards.marts import leadership as marts
from dashboards.marts.leadership import BrokenRule, Movement, Standing
from tests.dashboards.leadership_publication import publish_for_leadership
from tests.dashboards.publication import Company, publish

WEEK = date(2026, 11, 2)
TOOL = Standing(
    tool_id="t", title="Triage", is_paused=False, can_show_correctness=True, has_rules=True, known_share=1.0,
    least_known_share=0.9, untrustworthy_since=None, is_small=False, week_start=WEEK, is_provisional=False,
    eligible=200, active=120, correct=80, incorrect=20,
    eligible_before=200, active_before=110, correct_before=70, measure="correct", target=0.5,
    due=date(2026, 12, 31), refusal=None, p10=0.4, p50=0.47, p90=0.55, chance=0.4, needed_people=2.5,
    expected_people=1.75,
)  # fmt: skip
RULE = BrokenRule("t", "Triage", "r", "Output is reviewed", "RV-1 Review", 18, 90)
MOVE = Movement("t", "Triage", date(2026, 10, 26), 75, 0, -4, 1, 2, WEEK, 80, 9, 3)


@pytest.mark.parametrize(
    ("changed", "word", "reason"),
    [
        ({"correct": 100}, "On target", ""),
        ({"chance": 0.7}, "Likely", ""),
        ({"chance": 0.69}, "Open", ""),
        ({"chance": 0.29}, "Unlikely", ""),
        ({"due": date(2026, 11, 8)}, "Missed", ""),
        ({"chance": None, "refusal": "too_short"}, "No forecast", "fewer than 8 final weeks"),
        ({"target": None, "due": None, "measure": None}, "No target", ""),
        ({"correct": None}, "Unknown", "correct use cannot be known"),
        ({"is_paused": True}, "Paused", ""),
        ({"is_small": True, "eligible": None}, "Not shown", "too few people to show"),
        ({"week_start": None}, "No figures", ""),
        ({"correct": 100, "untrustworthy_since": date(2026, 10, 27)}, "Not trusted", "its logs changed on 27 Oct"),
    ],
)
def test_a_tool_is_in_one_state_with_its_reason(changed: dict[str, object], word: str, reason: str) -> None:
    found = words.prospect(replace(TOOL, **changed))
    assert (found.word, found.reason) == (word, reason)


def test_a_tool_whose_logs_changed_is_asked_about_and_nothing_is_concluded_from_its_figures() -> None:
    doubtful = replace(TOOL, untrustworthy_since=date(2026, 10, 27), chance=0.1)
    assert words.headline([doubtful], [RULE]) == [
        "None of 1 tool with a target is on target; of 1 nothing can be foretold."
    ]
    assert decisions([doubtful], [RULE]) == [
        "Triage: its logs changed on 27 Oct 2026, so its figures cannot be trusted; have its owner say what the change"
        " means."
    ]
    assert len(words.headline([TOOL], [RULE])) == 2, "the rules of other tools are told as ever"


def test_pictures_and_sums_leave_out_a_tool_whose_logs_changed() -> None:
    doubtful = replace(TOOL, tool_id="other", title="Other", correct=1, untrustworthy_since=date(2026, 10, 27))
    assert words.furthest([doubtful, TOOL]) == TOOL
    assert words.comparable([doubtful]) == []
    assert words.trusted_rules([replace(RULE, tool_id="other")], [doubtful, TOOL]) == []
    alone, both = words.cards([TOOL]), words.cards([doubtful, TOOL])
    assert [card.value for card in both[:2]] == [card.value for card in alone[:2]]
    assert both[0].note == f"{alone[0].note}, without 1 tool not trusted"


@pytest.mark.parametrize(("since", "is_trusted"), [(date(2026, 10, 25), False), (date(2026, 10, 26), True)])
def test_a_week_is_not_trusted_from_the_day_on_that_the_logs_changed(tmp_path, since: date, is_trusted: bool) -> None:
    path = publish(tmp_path, Company(people=60, tools=2, weeks=8))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update dim_tool set untrustworthy_since = ? where position = 1", [since])
    first, second = marts.standings(path, date(2026, 10, 19))
    assert first.untrustworthy_since is None
    assert second.untrustworthy_since == (None if is_trusted else since)


def test_a_target_for_active_users_is_held_against_active_users() -> None:
    tool = replace(TOOL, measure="active", target=0.6)
    assert words.share_of(tool) == 0.6
    assert words.prospect(tool).word == "On target"
    assert words.tool_rows([tool], WEEK)[0].target == "60% active by 31 Dec"


def test_the_headline_counts_every_tool_with_a_target_once() -> None:
    tools = [
        replace(TOOL, title="A", correct=100),
        replace(TOOL, title="B", chance=0.9),
        replace(TOOL, title="C"),
        replace(TOOL, title="D", chance=0.1),
        replace(TOOL, title="E", chance=0.1),
        replace(TOOL, title="F", chance=None, refusal="too_short"),
        replace(TOOL, title="G", target=None, due=None),
    ]
    lead, cause = words.headline(tools, [RULE])
    assert lead == (
        "1 of 6 tools with a target is on target; B is likely to reach it, C may reach it, D and E are unlikely to,"
        " of 1 nothing can be foretold."
    )
    assert cause == "The most common cause of incorrect use is “Output is reviewed” in Triage (18 people)."


def test_the_headline_names_few_and_counts_many() -> None:
    tools = [replace(TOOL, title=name, chance=0.1) for name in "ABC"]
    assert words.headline(tools, []) == ["None of 3 tools with a target is on target; 3 are unlikely to."]


def test_without_targets_or_figures_the_headline_says_so() -> None:
    assert words.headline([replace(TOOL, target=None, due=None)], [])[0].startswith("No tool has a target yet")
    assert words.headline([replace(TOOL, week_start=None)], []) == ["There are no figures for this week yet."]


def test_cards_leave_out_what_nobody_can_know() -> None:
    blind = replace(TOOL, correct=None, incorrect=None, correct_before=None, can_show_correctness=False)
    correct, active, reached, change = words.cards([TOOL, blind])
    assert (correct.value, correct.note) == ("40%", "of 200 intended users")
    assert (active.value, active.note) == ("60%", "of 400 people × tools")
    assert (reached.value, change.value) == ("0 of 2", "+5.0 pp")
    assert words.cards([blind])[0].value == "Unknown"


def test_a_row_is_marked_where_its_week_is_another_or_not_final() -> None:
    late = replace(TOOL, week_start=date(2026, 10, 26), is_provisional=True)
    assert words.tool_rows([late], WEEK)[0].week == "to 1 Nov, provisional"
    assert words.tool_rows([TOOL], WEEK)[0].week == ""
    assert words.provisional_note([TOOL, late], WEEK) == "Final figures, except Triage (to 1 Nov, provisional)"
    assert words.provisional_note([replace(TOOL, is_provisional=True)], WEEK) == "All figures are provisional"
    assert words.provisional_note([TOOL], WEEK) == "All figures are final"


def test_nothing_foretold_is_certain() -> None:
    assert [words.chance_words(chance) for chance in (0.999, 0.001, 0.5, None)] == ["> 99%", "< 1%", "50%", "–"]


def test_the_worst_gap_comes_first_and_no_gap_last() -> None:
    tools = [replace(TOOL, title="none", target=None), replace(TOOL, title="near", correct=99), TOOL]
    assert [row.tool for row in words.tool_rows(tools, WEEK)] == ["Triage", "near", "none"]


def test_changes_name_each_cause_with_its_people() -> None:
    assert words.changes([MOVE]) == [
        "Triage 75 to 80 correct users: 9 became correct, 3 ceased to be; 26 Oct restated −4 by rule changes,"
        " +1 by people who came or went, +2 by late data."
    ]
    still = replace(MOVE, published=80, rule=0, population=0, late_data=0, won=0, lost=0)
    assert words.changes([still]) == []


def test_a_decision_is_asked_for_only_where_the_figures_ask_for_one() -> None:
    assert decisions([replace(TOOL, correct=100)], []) == []
    assert decisions([replace(TOOL, expected_people=2.6)], []) == []
    assert decisions([replace(TOOL, expected_people=2.6, chance=0.2)], []) == [
        "Triage has a chance of 20% to reach its target: back its owner with time to train, or move the date"
        " (31 Dec 2026)."
    ]
    missed = replace(TOOL, title="Late", due=date(2026, 11, 8))
    aimless = replace(TOOL, title="Aimless", target=None, due=None, has_rules=False, known_share=0.5)
    assert decisions([TOOL, missed, aimless], [RULE]) == [
        "Triage needs 2.5 more people a week, 1.8 are expected: back its owner with time to train, or move the date"
        " (31 Dec 2026).",
        "Late missed its target by 10.0 pp at its date, 8 Nov 2026: set a new date, or end the tool.",
        "Give 18 people time for “RV-1 Review” in Triage.",
        "Name a target and a date for Aimless.",
        "Have the owners of Aimless say what correct use is.",
        "Aimless: only 50% of its records belong to known people; have the accounts matched.",
    ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_for_leadership(tmp_path_factory.mktemp("leadership"), Company(tools=12))


def test_every_tool_stands_in_its_newest_final_week_with_its_forecast(published: Path) -> None:
    week = marts.newest_week(published)
    assert week == date(2026, 10, 19)
    tools = {tool.tool_id: tool for tool in marts.standings(published, week)}
    assert len(tools) == 12
    chat = tools["copilot-chat"]
    assert (chat.week_start, chat.is_provisional, chat.measure, chat.target) == (week, False, "correct", 0.45)
    assert chat.p10 is not None and chat.p90 is not None and chat.chance is not None
    assert chat.p10 < (chat.p50 or 0) < chat.p90
    blind = tools["translation"]
    assert (blind.correct, blind.measure) == (None, "active")


@pytest.mark.parametrize(("ahead", "week"), [(1, date(2026, 10, 19)), (2, date(2026, 11, 2))])
def test_the_page_is_of_the_newest_week_that_is_final_of_half_the_tools(tmp_path: Path, ahead: int, week: date) -> None:
    path = publish_for_leadership(tmp_path, Company(tools=3))
    with duckdb.connect(str(path)) as connection:
        early = ["copilot-chat", "code-assistant"][:ahead]
        connection.execute("update fct_adoption_week set is_provisional = false where tool_id in ?", [early])
    assert marts.newest_week(path) == week


def test_a_week_of_the_past_shows_no_forecast_that_was_made_later(published: Path) -> None:
    tools = marts.standings(published, date(2026, 9, 7))
    assert {tool.week_start for tool in tools} == {date(2026, 9, 7)}
    assert {tool.p50 for tool in tools} == {None}


def test_a_tool_whose_weeks_are_ahead_of_the_page_has_its_forecast(tmp_path: Path) -> None:
    path = publish_for_leadership(tmp_path, Company(tools=3))
    with duckdb.connect(str(path)) as connection:
        ahead = "where tool_id = 'copilot-chat' and is_provisional"
        connection.execute(f"update fct_adoption_week set is_provisional = false {ahead}")
        connection.execute(
            "update fct_forecast set from_week_start = from_week_start + 14 where tool_id = 'copilot-chat'"
        )
    tools = {tool.tool_id: tool for tool in marts.standings(path, date(2026, 10, 19))}
    assert tools["copilot-chat"].week_start == date(2026, 10, 19)
    assert tools["copilot-chat"].chance is not None


def test_a_provisional_week_is_shown_only_where_nothing_is_final(tmp_path: Path) -> None:
    path = publish_for_leadership(tmp_path, Company(tools=2, weeks=2, provisional=2))
    week = marts.newest_week(path)
    assert week is not None
    assert {tool.is_provisional for tool in marts.standings(path, week)} == {True}


def test_tools_of_too_few_people_show_nothing(tmp_path: Path) -> None:
    path = publish_for_leadership(tmp_path, Company(people=9, tools=2))
    week = marts.newest_week(path)
    assert week is not None
    tools = marts.standings(path, week)
    shown = {(tool.eligible, tool.active, tool.correct, tool.correct_before, tool.is_small) for tool in tools}
    assert shown == {(None, None, None, None, True)}
    assert marts.broken_rules(path, week, 5) == []
    assert marts.movements(path, week, datetime(2026, 11, 3)) == []


def test_movements_lead_from_what_was_published_to_what_is(published: Path) -> None:
    since = marts.last_time(published)
    assert since == datetime(2026, 11, 2, 4, 12)
    moved = marts.movements(published, date(2026, 10, 19), since)
    assert len(moved) == 11  # one tool cannot show correctness
    for one in moved:
        assert (one.last_week, one.week_start) == (date(2026, 10, 12), date(2026, 10, 19))
        assert (one.rule, one.late_data, one.won, one.lost) == (-5, 2, 11, 4)
        present = adoption.by_week(published, one.tool_id, "All", 60)
        assert [week.correct_user for week in present if week.week_start == one.last_week] == [one.restated]


def test_the_first_publication_has_no_last_time(tmp_path: Path) -> None:
    path = publish_for_leadership(tmp_path, Company(tools=1))
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from fct_published_week where publication_id = 'before'")
    assert marts.last_time(path) is None
    assert words.since_words(None) == "This is the first publication"


def test_rules_are_ranked_by_people(published: Path) -> None:
    found = marts.broken_rules(published, date(2026, 10, 19), 4)
    assert [rule.people for rule in found] == sorted((rule.people for rule in found), reverse=True)
    assert all(0 < rule.people <= rule.judged_people for rule in found)
