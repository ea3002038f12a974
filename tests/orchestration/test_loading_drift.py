"""A source that changes its form is told of, from the day on which it did; one that does not is left in peace."""

from __future__ import annotations

import json
import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse_workspace import (
    ASSISTANT,
    NOW,
    TOOL,
    event,
    load_all,
    load_everything,
    make_workspace,
    query,
    registry,
    usage_day,
    write,
)

from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

FIRST = datetime(2026, 4, 1)
SINCE = "2026-04-21"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def events(first: int, last: int, **fields: Any) -> list[str]:
    """Ten events a day from day `first` until before day `last`."""
    times = [(FIRST + timedelta(days=day), number) for day in range(first, last) for number in range(10)]
    return [
        event((at - FIRST).days * 100 + number, time=at.strftime("%Y-%m-%dT09:00:00Z"), **fields)
        for at, number in times
    ]


def found(workspace: Workspace, but: str = "added") -> list[tuple[Any, ...]]:
    return query(
        workspace,
        "select part, column_name, change, first_date::varchar, last_date::varchar, detail from raw.drift "
        f"where change <> '{but}' order by all",
    )


DRIFTS = {
    "removed": ({"amount": 5}, {}, ("accepted", "attributes.amount", "removed", SINCE, None, None)),
    "renamed": (
        {"amount": 5},
        {"total": 5},
        ("accepted", "attributes.amount", "renamed", SINCE, None, "attributes.total"),
    ),
    "retyped": (
        {"amount": 5},
        {"amount": "5 EUR"},
        ("accepted", "attributes.amount", "retyped", SINCE, None, "number -> varchar"),
    ),
    "all null": ({"model": "m-1"}, {"model": None}, ("accepted", "model", "all_null", SINCE, None, None)),
    "new value": (
        {"decision": "accepted"},
        {"decision": "edited"},
        ("", "decision", "new_value", SINCE, "2026-05-18", "edited"),
    ),
    "nobody named": ({}, {"user": None}, ("accepted", "alias_no", "all_null", SINCE, None, None)),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_every_change_of_form_is_told_of_from_its_first_day(name: str, workspace: Workspace) -> None:
    before, after, expected = DRIFTS[name]
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20, **before))
    load_everything(workspace)
    assert found(workspace) == []
    write(workspace.inbox / TOOL / "b.jsonl", events(20, 30, **after))
    load_everything(workspace)
    assert [one for one in found(workspace) if one[1] != "actor_type"] == [expected]


def test_a_field_that_is_new_is_told_of(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20) + events(20, 22, mood="calm"))
    load_everything(workspace)
    assert found(workspace, but="") == [("accepted", "attributes.mood", "added", SINCE, "2026-05-18", None)]


def test_an_event_under_another_name_is_told_of(workspace: Workspace) -> None:
    renamed = [line.replace("corp.prediction.accepted", "corp.prediction.taken") for line in events(20, 30)]
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20) + renamed)
    load_everything(workspace)
    assert ("accepted", "event_name", "renamed", SINCE, None, "taken") in found(workspace)


def test_words_that_are_new_on_one_day_are_one_finding(workspace: Workspace) -> None:
    """Several events came with one release while another went: each finding has a day and a place of its own."""
    with_release = [
        line.replace("corp.prediction.accepted", f"corp.prediction.{name}").replace('"id": "', f'"id": "{name}')
        for name in ("taken", "looked")
        for line in events(20, 30)
    ]
    later = [
        line.replace("corp.prediction.accepted", "corp.prediction.later").replace('"id": "', '"id": "later')
        for line in events(21, 30)
    ]
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20) + with_release + later)
    load_everything(workspace)
    of_names = [one for one in found(workspace) if one[1] == "event_name"]
    assert of_names == [
        ("", "event_name", "new_value", SINCE, "2026-05-18", "looked, taken"),
        ("", "event_name", "new_value", "2026-04-22", "2026-05-19", "later"),
        ("accepted", "event_name", "renamed", SINCE, None, "looked"),
    ]


def test_an_event_of_a_single_day_was_not_renamed(workspace: Workspace) -> None:
    once = [line.replace("corp.prediction.accepted", "corp.prediction.exported") for line in events(20, 21)]
    new = [line.replace("corp.prediction.accepted", "corp.prediction.noted") for line in events(21, 22)]
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20) + once + new + events(22, 30))
    load_everything(workspace)
    assert [one[:3] for one in found(workspace) if one[2] == "renamed"] == []


def test_lines_that_are_refused_are_told_of_until_they_are_read_again(workspace: Workspace) -> None:
    retyped = [line.replace('"confidence": 0.5', '"confidence": "high"') for line in events(20, 25)]
    for name, lines, day in (("a", events(0, 20), 21), ("b", retyped, 26), ("c", events(25, 30), 31)):
        write(workspace.inbox / TOOL / f"{name}.jsonl", lines, at=FIRST + timedelta(days=day))
        load_everything(workspace)
    ((part, column, change, first, last, reason),) = found(workspace)
    assert (part, column, change, first, last) == ("", "*", "refused", "2026-04-27", "2026-05-01")
    assert "confidence" in reason


def test_a_field_that_comes_back_ends_the_finding(workspace: Workspace) -> None:
    lines = events(0, 20, amount=5) + events(20, 25) + events(25, 30, amount=5)
    write(workspace.inbox / TOOL / "a.jsonl", lines)
    load_everything(workspace)
    assert found(workspace) == [("accepted", "attributes.amount", "removed", SINCE, "2026-04-25", None)]


def test_counts_that_are_filled_no_more_are_told_of(workspace: Workspace) -> None:
    days = [f"2026-03-{day:02d}" for day in range(1, 29)]
    rows = [usage_day("annlee", day) for day in days[:21]]
    rows += [usage_day("annlee", day, user_initiated_interaction_count=None, chats=3) for day in days[21:]]
    write(workspace.inbox / ASSISTANT / "a.ndjson", rows)
    load_everything(workspace)
    assert found(workspace) == [("", "prompts", "renamed", "2026-03-22", None, "attributes.chats")]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_rare_or_comes_and_goes_by_chance_is_no_drift(seed: int, workspace: Workspace) -> None:
    rng = random.Random(seed)
    lines = [
        line
        for day in range(60)
        for line in events(day, day + 1, **({"note": "x"} if rng.random() < 0.3 else {}), amount=rng.random())
    ]
    write(workspace.inbox / TOOL / "a.jsonl", rng.sample(lines, 400))
    load_everything(workspace)
    assert found(workspace) == []


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_plays_no_part(seed: int, tmp_path: Path) -> None:
    parts = [events(0, 10, amount=5), events(10, 20, amount=5), events(20, 30, betrag=5), events(30, 40, betrag=6)]
    whole = make_workspace(tmp_path / "whole")
    write(whole.inbox / TOOL / "a.jsonl", [line for part in parts for line in part])
    load_everything(whole)
    pieces = make_workspace(tmp_path / "pieces")
    shutil.copytree(whole.vault, pieces.vault)
    for number in random.Random(seed).sample(range(4), 4):
        write(pieces.inbox / TOOL / f"{number}.jsonl", parts[number])
        load_everything(pieces)
    for table in ("field_day", "value_day", "said_day"):
        sql = f"select * from raw.{table} order by all"
        assert query(pieces, sql) == query(whole, sql)
    assert found(pieces, but="") == found(whole, but="")


def touched(workspace: Workspace, spec: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What concerns a rule of that spec and what counts as use."""
    rule = {
        "rule_no": 1, "rule_id": "r", "version": 1, "semantic_hash": "", "tool_id": TOOL, "kind": "check", "title": "",
        "severity": "major", "tolerate": 0.0, "evidence_incorrect": 1, "evidence_correct": 1, "sentence": "",
        "spec": spec,
    }  # fmt: skip
    rows = registry()
    rows["tool"][0]["uses_sql"] = "event_name = 'accepted'"
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(rows | {"rule_book": [rule]})
        load_all(warehouse)
        return warehouse.session.rows("select column_name, rule_id, is_blinding from raw.drift_reader order by all")


def test_what_a_rule_reads_concerns_it_and_nothing_else_does(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20, amount=5, other=1) + events(20, 30))
    selector = {"events": ["accepted"], "sql": "event_name = 'accepted' and amount__double > 3"}
    read = {"each": selector, "attributes": [["amount", "double"]]}
    assert touched(workspace, read) == [("attributes.amount", "r", True)]
    assert touched(workspace, {"each": {"events": ["accepted"], "sql": "event_name = 'accepted'"}}) == []
    elsewhere = {"each": {"events": ["decide"], "sql": "amount__double > 3"}, "attributes": [["amount", "double"]]}
    assert touched(workspace, elsewhere) == []


def test_events_that_name_nobody_concern_every_rule_and_use_itself(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20) + events(20, 30, user=None))
    assert touched(workspace, {"each": {"events": ["accepted"], "sql": "true"}}) == [
        ("alias_no", "r", True),
        ("alias_no", None, True),
    ]


def test_a_day_that_is_told_otherwise_is_journalled_as_it_was_and_is(workspace: Workspace) -> None:
    days = [f"2026-03-{day:02d}" for day in range(1, 29)]
    write(
        workspace.inbox / ASSISTANT / "a.ndjson",
        [usage_day("annlee", day, report_end_day="2026-03-31") for day in days],
    )
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 3))
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.restated_day") == [(0,)]
    again = [usage_day("annlee", day, user_initiated_interaction_count=7, report_end_day="2026-04-01") for day in days]
    write(workspace.inbox / ASSISTANT / "b.ndjson", [*again[20:], usage_day("annlee", "2026-03-29")])
    write(workspace.inbox / TOOL / "late.jsonl", [event(999, time="2026-04-02T23:00:00Z")])
    load_everything(workspace)
    sql = "select source_id, day::varchar, measure, said_before, said_now from raw.restated_day order by all"
    prompts = [(f"{ASSISTANT}/github-copilot-users", day, "prompts", 1.0, 7.0) for day in days[20:]]
    assert query(workspace, sql) == [*prompts, (f"{TOOL}/human-decision", "2026-04-02", "records", 10.0, 11.0)]
    load_everything(workspace)
    load_everything(workspace, is_full=True)
    assert len(query(workspace, sql)) == 9


def test_the_last_digit_of_a_sum_is_no_restatement(workspace: Workspace) -> None:
    """Fractions add up to another last digit in another order."""
    write(workspace.inbox / ASSISTANT / "a.ndjson", [usage_day("annlee", "2026-03-02", report_end_day="2026-03-31")])
    load_everything(workspace)
    query(workspace, "update raw.said_day set said = said * (1 + 1e-14)")
    load_everything(workspace, is_full=True)
    assert query(workspace, "select count(*) from raw.restated_day") == [(0,)]
    query(workspace, "update raw.said_day set said = said * (1 + 1e-4)")
    load_everything(workspace, is_full=True)
    assert query(workspace, "select count(*) > 0 from raw.restated_day") == [(True,)]


def test_a_rewritten_history_of_35_days_is_replaced_and_not_added(workspace: Workspace) -> None:
    days = [(FIRST + timedelta(days=day)).strftime("%Y-%m-%d") for day in range(60)]
    for name, count, end, rows in (("a", 1, "2026-05-30", days), ("b", 4, "2026-05-31", days[-35:])):
        lines = [usage_day("annlee", day, user_initiated_interaction_count=count, report_end_day=end) for day in rows]
        write(workspace.inbox / ASSISTANT / f"{name}.ndjson", lines)
        load_everything(workspace)
    assert query(workspace, "select count(*), sum(prompts) from raw.usage_aggregate") == [(60, 25 + 35 * 4)]
    assert query(workspace, "select count(*), min(day)::varchar from raw.restated_day") == [(35, days[25])]


def test_the_words_of_a_finding_hold_no_line_of_the_log(workspace: Workspace) -> None:
    secret = "ann.lee@corp.example said so"
    lines = [json.dumps(json.loads(line) | {"x": secret}) for line in events(20, 30, amount=secret * 3)]
    write(workspace.inbox / TOOL / "a.jsonl", events(0, 20, amount=5) + lines)
    load_everything(workspace)
    assert secret not in repr(query(workspace, "from raw.drift")) + repr(query(workspace, "from raw.value_day"))
