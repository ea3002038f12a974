from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path

import pytest
from accounting import FIXTURES, content, read

from orchestration.sources.records import Identity

FORMAT = "github-copilot-users"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_user_and_a_day_with_the_totals_as_measures() -> None:
    ann = read(FORMAT, FOLDER / "valid" / "users.ndjson").records[0]
    assert ann.users == (Identity("github_login", "Ann-B"), Identity("github_id", "11"))
    assert (ann.grain, ann.period_start, ann.period_end) == ("day", date(2026, 3, 2), date(2026, 3, 3))
    assert ann.measures == {
        "prompts": 5,
        "offered": 20,
        "accepted": 8,
        "lines_suggested": 60,
        "lines_added": 31,
        "lines_removed": 2,
    }
    assert ann.as_of == datetime(2026, 3, 6)
    assert ann.is_final
    assert (ann.scope, ann.scope_rank) == ("organization:77", 1)


def test_acceptance_is_kept_by_feature_and_flags_are_kept() -> None:
    ann = read(FORMAT, FOLDER / "valid" / "users.ndjson").records[0]
    assert ann.attributes == {
        "used_chat": True,
        "used_agent": False,
        "code_completion_prompts": 0,
        "code_completion_offered": 12,
        "code_completion_accepted": 8,
        "agent_edit_prompts": 5,
        "agent_edit_offered": 8,
        "agent_edit_accepted": 0,
    }


def test_zero_counters_are_a_use_and_cli_prompts_are_not_added() -> None:
    bo = read(FORMAT, FOLDER / "valid" / "users.ndjson").records[1]
    assert bo.is_active
    assert bo.measures["prompts"] == 0
    assert (bo.attributes["cli_prompts"], bo.attributes["cli_sessions"]) == (6, 2)
    assert (bo.attributes["cli_input_tokens"], bo.attributes["cli_output_tokens"]) == (900, 70)


def test_counters_that_are_absent_are_unknown_and_an_id_alone_is_enough() -> None:
    agent = read(FORMAT, FOLDER / "valid" / "users.ndjson").records[2]
    assert agent.users == (Identity("github_id", "13"),)
    assert set(agent.measures.values()) == {None}
    assert agent.attributes == {"used_copilot_cloud_agent": True, "ai_adoption_phase": 2.0, "ai_credits_used": 2.5}
    assert (agent.scope, agent.scope_rank) == ("enterprise:9", 0)


def test_a_28_day_report_stays_one_period() -> None:
    ann, bo = read(FORMAT, FOLDER / "valid" / "report_28_days.json").records
    assert (ann.grain, ann.period_start, ann.period_end) == ("28d", date(2026, 2, 2), date(2026, 3, 2))
    assert (ann.as_of, ann.is_final) == (datetime(2026, 3, 5, 4), True)
    assert (ann.is_active, bo.is_active) == (True, False)


def test_two_logins_with_one_id_are_two_rows() -> None:
    ann, bo = read(FORMAT, FOLDER / "valid" / "report_28_days.json").records
    assert ann.key != bo.key


def test_the_key_of_a_row_is_the_same_under_every_scope(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (FOLDER / "valid" / "users.ndjson").read_text().splitlines()]
    path = tmp_path / "both.json"
    path.write_text(json.dumps([rows[0], rows[0] | {"organization_id": None, "enterprise_id": "9"}]))
    first, second = read(FORMAT, path).records
    assert first.key == second.key
    assert (first.scope_rank, second.scope_rank) == (1, 0)


def test_every_wrapping_gives_the_same_rows(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (FOLDER / "valid" / "users.ndjson").read_text().splitlines()]
    expected = [content(record) for record in read(FORMAT, FOLDER / "valid" / "users.ndjson").records]
    forms = (
        json.dumps(rows),
        json.dumps(rows, indent=2),
        "".join(map(json.dumps, rows)),
        json.dumps({"day_totals": rows}),
    )
    for form in forms:
        path = tmp_path / "form.json"
        path.write_text(form)
        assert [content(record) for record in read(FORMAT, path).records] == expected


def test_every_reason_to_reject_costs_one_row() -> None:
    outcome = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert outcome.records == []
    assert outcome.codes == [
        "wrong_type",
        "missing_field",
        "bad_time",
        "missing_field",
        "future_time",
        "wrong_type",
        "wrong_type",
        "unknown_shape",
    ]


@pytest.mark.parametrize("created_at", ["soon", 7, "2999-01-01T00:00:00Z"])
def test_a_bad_time_of_the_report_costs_no_row(tmp_path: Path, created_at: object) -> None:
    path = tmp_path / "report.json"
    row = {"day": "2026-03-02", "user_login": "ann"}
    path.write_text(json.dumps({"created_at": created_at, "report_end_day": "2026-03-03", "day_totals": [row]}))
    assert [record.as_of for record in read(FORMAT, path).records] == [datetime(2026, 3, 4)]


def test_without_a_time_of_its_own_a_report_is_as_old_as_its_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text(json.dumps({"day": "2026-03-02", "user_login": "ann"}))
    for day, is_final in ((5, False), (6, True)):
        os.utime(path, (1, datetime.fromisoformat(f"2026-03-0{day}T00:00:00+00:00").timestamp()))
        record = read(FORMAT, path).records[0]
        assert (record.as_of, record.is_final) == (None, is_final)
