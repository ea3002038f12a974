"""The questions asked of a publication."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from inspect import isfunction
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dashboards.marts import (
    adoption,
    forecasts,
    governance,
    health,
    leadership,
    movement,
    people,
    published,
    reading,
    rules,
    training,
)
from dashboards.marts.people import Wanted
from tests.dashboards.publication import LAST_WEEK, Company, publish

SMALL = Company(people=120)
ARROW_TYPES = {pa.string(), pa.bool_(), pa.int64(), pa.float64(), pa.date32(), pa.timestamp("us")}


@pytest.fixture
def path(workspace_of: Callable[[Company], Path]) -> Path:
    found = reading.latest(workspace_of(SMALL))
    assert found
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict]]]:
    """Every statement that is sent, with its parameters."""
    sent: list[tuple[str, dict]] = []
    real = reading.select

    def select(path: Path, sql: str, parameters: dict, shape: Callable) -> list:
        sent.append((sql, parameters))
        return real(path, sql, parameters, shape)

    monkeypatch.setattr(reading, "select", select)
    yield sent


def _ask_everything(path: Path) -> None:
    tool = published.tools(path)[0].tool_id
    published.publication(path)
    published.org_units(path)
    adoption.by_week(path, tool, "Finance", 13)
    adoption.targets(path, tool, "Finance")
    adoption.tools_against_target(path, "All")
    health.source_health(path)
    health.lines(path)
    health.source_days(path, tool, 56)
    health.quarantine_reasons(path, tool)
    health.drifts(path, tool)
    health.identity_coverage(path, tool)
    health.loads(path, tool, 5)
    key = people.listed(path, None, Wanted(tool, LAST_WEEK, status="incorrect_user"), 1)[0].person_key
    people.count_listed(path, ("Finance",), Wanted(tool, LAST_WEEK, "Finance", None, "major"))
    people.person(path, None, key)
    people.person_weeks(path, None, key, tool, 26)
    people.person_rules(path, None, key, tool, LAST_WEEK)
    people.obligations(path, None, key, tool, LAST_WEEK, LAST_WEEK)
    leadership.newest_week(path)
    leadership.weeks(path)
    leadership.standings(path, LAST_WEEK)
    leadership.last_time(path)
    leadership.movements(path, LAST_WEEK, datetime(2026, 11, 1))
    leadership.broken_rules(path, LAST_WEEK, 4)
    movement.steps(path, tool, "Finance", 8)
    movement.movements(path, tool, "All", 8)
    movement.lifecycle(path, tool, "All", 8)
    movement.cohorts(path, tool, 26)
    movement.segments(path, tool, "All", 12)
    movement.use_states(path, tool, "All")
    training.needs(path, tool, "All")
    training.needs_by_unit(path, tool, ("Finance",))
    training.people_to_train(path, None, tool, None, None, 10, 0)
    training.count_to_train(path, ("Finance",), tool, "Finance", None)
    training.needs_of_person(path, None, key, tool)
    training.plans(path, None, tool)
    training.people_of_plan(path, ("Finance",), tool, "2026-10-01-1", 10, 0)
    training.count_of_plan(path, None, tool, "2026-10-01-1")
    effects = training.effects(path, tool)
    training.effect_weeks(path, effects[0].effect_id)
    forecasts.current(path, tool, "All", "correct")
    forecasts.chances(path, tool, "All", "correct")
    governance.standings(path)
    governance.promises(path, tool)
    governance.contacts(path, tool)
    governance.production(path, tool)
    governance.links(path, tool)
    governance.alerts(path, tool, 10)
    governance.sensitivity(path, tool)
    governance.answers(path, tool)
    rules.rules(path, tool)
    rules.verdicts(path, tool, LAST_WEEK)
    rules.violated_by_week(path, tool, 8)


def test_no_answer_holds_a_decimal_or_another_type_that_charts_draw_wrongly(path, asked):
    _ask_everything(path)
    for sql, parameters in asked:
        types = set(reading._connection(str(path)).cursor().execute(sql, parameters).to_arrow_table().schema.types)
        assert types <= ARROW_TYPES, sql


def test_every_public_query_is_asked_in_the_type_test(path, asked):
    _ask_everything(path)
    public = {
        f"{area.__name__}.{name}"
        for area in (adoption, forecasts, governance, health, leadership, movement, people, published, rules, training)
        for name, value in vars(area).items()
        if name[0].islower() and isfunction(value) and value.__module__ == area.__name__
    }
    assert len(asked) == len(public)


def test_a_workspace_without_a_publication_has_no_latest(tmp_path):
    assert reading.latest(tmp_path) is None


def test_a_new_publication_is_picked_up_and_the_old_one_still_answers(tmp_path):
    first = publish(tmp_path, Company(people=20, weeks=4, publication_id="one"))
    assert published.publication(first).publication_id == "one"
    second = publish(tmp_path, Company(people=30, weeks=4, publication_id="two"))
    newest = reading.latest(tmp_path)
    assert newest == second.resolve()
    assert published.publication(newest).publication_id == "two"
    assert published.publication(first).publication_id == "one"


def test_the_published_file_cannot_be_written_and_no_other_file_read(path):
    cursor = reading._connection(str(path)).cursor()
    with pytest.raises(duckdb.Error):
        cursor.execute("delete from dim_tool")
    with pytest.raises(duckdb.Error):
        cursor.execute("select * from read_text('/etc/hostname')")
    with pytest.raises(duckdb.Error):
        cursor.execute("set enable_external_access = true")


def test_threads_that_ask_at_the_same_time_get_their_own_answers(path):
    reading.forget()
    tools = [tool.tool_id for tool in published.tools(path)] * 20
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda tool: adoption.by_week(path, tool, "All", 26), tools))
    reading.forget()
    assert answers == [adoption.by_week(path, tool, "All", 26) for tool in tools]


def test_the_statuses_of_a_week_add_up_to_its_eligible_people(path):
    for week in adoption.by_week(path, "copilot-chat", "All", 26):
        assert week.correct_user + week.incorrect_user + week.non_user + week.not_judged == week.eligible
        assert sum(week.not_judged_reasons.values()) == week.not_judged
        assert sum(week.non_user_reasons.values()) == week.non_user


def test_the_last_weeks_come_oldest_first_and_end_with_the_newest(path):
    weeks = adoption.by_week(path, "copilot-chat", "All", 8)
    assert len(weeks) == 8
    assert weeks == sorted(weeks, key=lambda week: week.week_start)
    assert weeks[-1].week_start == LAST_WEEK
    assert [week.is_provisional for week in weeks] == [False] * 6 + [True] * 2


def test_a_unit_without_a_target_of_its_own_is_held_against_the_companys(path):
    assert not adoption.targets(path, "copilot-chat", "All")["correct"].is_of_company
    of_unit = adoption.targets(path, "copilot-chat", "Finance")["correct"]
    assert of_unit.is_of_company
    assert of_unit.value == 0.45


def test_a_units_own_target_comes_before_the_companys(tmp_path):
    made = publish(tmp_path, replace(SMALL, people=30))
    with duckdb.connect(str(made)) as connection:
        connection.execute(
            "insert into dim_target by name select 'copilot-chat' as tool_id, 'Finance' as org_unit,"
            " 'correct' as measure, 0.9 as value, date '2027-01-31' as due_date, true as is_in_force"
        )
    target = adoption.targets(made, "copilot-chat", "Finance")["correct"]
    assert (target.value, target.is_of_company) == (0.9, False)
    assert adoption.targets(made, "copilot-chat", "All")["correct"].value == 0.45
    gaps = {gap.tool_id: gap.target for gap in adoption.tools_against_target(made, "Finance")}
    assert gaps["copilot-chat"] == 0.9


def test_of_several_dates_the_one_that_counts_now_is_shown(tmp_path):
    made = publish(tmp_path, replace(SMALL, people=30))
    with duckdb.connect(str(made)) as connection:
        connection.execute(
            "insert into dim_target by name select 'copilot-chat' as tool_id, 'correct' as measure, 0.9 as value,"
            " date '2027-12-31' as due_date, false as is_in_force"
        )
    assert adoption.targets(made, "copilot-chat", "All")["correct"].value == 0.45
    gaps = {gap.tool_id: gap.target for gap in adoption.tools_against_target(made, "All")}
    assert gaps["copilot-chat"] == 0.45


def test_tools_come_with_the_worst_gap_first_and_those_without_target_last(workspace_of):
    path = reading.latest(workspace_of(Company(people=60, tools=8)))
    gaps = adoption.tools_against_target(path, "All")
    known = [gap.gap for gap in gaps if gap.gap is not None]
    assert known == sorted(known)
    assert gaps[-1].tool_id == "lead-scoring"
    assert gaps[-1].target is None


def test_a_tool_is_shown_with_its_newest_final_week(path):
    assert not any(gap.is_provisional for gap in adoption.tools_against_target(path, "All"))


def test_a_tool_whose_sources_prove_nothing_has_an_unknown_share_not_zero(workspace_of):
    path = reading.latest(workspace_of(Company(people=60, tools=12)))
    translation = next(gap for gap in adoption.tools_against_target(path, "All") if gap.tool_id == "translation")
    assert translation.correct_share is None
    assert translation.gap is None


def test_the_lines_of_the_ledger_balance(path):
    total = health.lines(path)
    assert total.read > 0
    assert total.missing == 0
    assert all(source.lines.missing == 0 for source in health.source_health(path))


def test_a_source_that_misses_its_deadline_comes_first(workspace_of):
    path = reading.latest(workspace_of(Company(people=60, has_broken_source=True)))
    worst = health.source_health(path)[0]
    assert worst.tool_id == "code-assistant"
    assert worst.is_late
    assert health.loads(path, "code-assistant", 3)[0].status == "refused"


def test_an_empty_publication_answers_with_nothing_rather_than_failing(workspace_of):
    path = reading.latest(workspace_of(Company(is_empty=True)))
    assert adoption.by_week(path, "copilot-chat", "All", 26) == []
    assert adoption.tools_against_target(path, "All") == []
    assert health.lines(path).read == 0
    assert health.source_days(path, "copilot-chat", 7) == []


@pytest.mark.parametrize("asked", [3, 500])
def test_steps_are_of_final_weeks_alone_however_many_are_asked_for(tmp_path, asked):
    path = publish(tmp_path, Company(people=40, weeks=8, tools=1))
    with duckdb.connect(str(path)) as connection:
        weeks = connection.execute(
            "select week_start, sum(people)::bigint from fct_transition_week where org_level = 'total'"
            " and not is_provisional group by 1 order by 1 desc limit ?",
            [asked],
        ).fetchall()
    found = movement.steps(path, published.tools(path)[0].tool_id, "All", asked)
    assert {step.weeks for step in found} == {len(weeks)}
    assert sum(step.people for step in found) == sum(people for _, people in weeks)


def test_without_a_final_week_steps_are_of_the_provisional_ones(tmp_path):
    path = publish(tmp_path, Company(people=40, weeks=4, tools=1))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update fct_transition_week set is_provisional = true")
    assert {step.weeks for step in movement.steps(path, published.tools(path)[0].tool_id, "All", 9)} == {3}
