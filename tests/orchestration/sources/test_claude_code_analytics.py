from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from accounting import FIXTURES, content, read

from orchestration.sources.records import Identity

FORMAT = "claude-code-analytics"
PAGE = FIXTURES / FORMAT / "valid" / "page.json"


def test_models_and_tools_are_summed_and_money_is_in_major_units() -> None:
    ann = read(FORMAT, PAGE).records[0]
    assert ann.measures == {
        "sessions": 3,
        "offered": 12,
        "accepted": 11,
        "rejected": 1,
        "lines_added": 40,
        "lines_removed": 7,
        "commits": 1,
        "input_tokens": 150,
        "output_tokens": 30,
        "cost": 1.5,
    }
    assert ann.currency == "USD"
    assert ann.attributes["pull_requests"] == 1
    assert (ann.attributes["edit_tool_accepted"], ann.attributes["cache_read_tokens"]) == (9, 5)
    assert "write_tool_rejected" not in ann.attributes


def test_terminals_of_one_person_and_day_are_parts_that_add_up() -> None:
    first, second, _ = read(FORMAT, PAGE).records
    assert (first.part, second.part) == ("vscode|local|subscription|team", "iTerm.app|remote||")
    assert first.key[:2] == second.key[:2] == ("email", "ann@acme.test")
    assert first.key != second.key
    assert (first.period_start, first.period_end) == (date(2026, 3, 2), date(2026, 3, 3))


def test_what_a_row_does_not_say_is_unknown_not_zero() -> None:
    measures = read(FORMAT, PAGE).records[1].measures
    assert measures.pop("sessions") == 1
    assert set(measures.values()) == {None}


def test_api_keys_are_not_people() -> None:
    key = read(FORMAT, PAGE).records[2]
    assert key.users == (Identity("api_key", "nightly-build"),)
    assert key.actor_type == "service"


def test_costs_in_two_currencies_are_never_added(tmp_path: Path) -> None:
    page = json.loads(PAGE.read_text())
    page["data"][0]["model_breakdown"][1]["estimated_cost"]["currency"] = "EUR"
    path = tmp_path / "page.json"
    path.write_text(json.dumps(page))
    ann = read(FORMAT, path).records[0]
    assert (ann.measures["cost"], ann.currency) == (None, None)
    assert (ann.attributes["cost_USD"], ann.attributes["cost_EUR"]) == (1.25, 0.25)


def test_pages_may_be_glued_or_stand_on_lines(tmp_path: Path) -> None:
    page = PAGE.read_text()
    expected = [content(record) for record in read(FORMAT, PAGE).records] * 2
    for form in (page + page, json.dumps(json.loads(page)) + "\n" + json.dumps(json.loads(page)) + "\n"):
        path = tmp_path / "pages.json"
        path.write_text(form)
        assert [content(record) for record in read(FORMAT, path).records] == expected


def test_every_reason_to_reject_costs_one_row() -> None:
    outcome = read(FORMAT, FIXTURES / FORMAT / "invalid" / "every_reason.json")
    assert outcome.records == []
    assert outcome.codes == [
        "unknown_value",
        "missing_field",
        "bad_time",
        "future_time",
        "wrong_type",
        "unknown_shape",
    ]
