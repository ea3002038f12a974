from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "cursor-daily-usage"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_user_and_a_day() -> None:
    """Prompts 3 + 4 + 5 + 1 = 13."""
    ann = read(FORMAT, FOLDER / "valid" / "all_members.json").records[0]
    assert ann.users == (Identity("email", "Ann@example.com"), Identity("cursor_user_id", "101"))
    assert (ann.grain, ann.period_start, ann.is_active) == ("day", date(2026, 3, 2), True)
    assert ann.measures == {
        "prompts": 13,
        "offered": 9,
        "accepted": 7,
        "rejected": 2,
        "lines_accepted": 80,
        "lines_added": 120,
        "lines_removed": 30,
    }
    assert (ann.attributes["tabs_shown"], ann.attributes["tabs_accepted"]) == (40, 25)
    assert (ann.attributes["agent_requests"], ann.attributes["teamNote"]) == (5, "kept")
    assert ann.attributes["most_used_model"] == "m-large"


def test_pages_of_all_members_list_the_idle_ones() -> None:
    ann, bob = read(FORMAT, FOLDER / "valid" / "all_members.json").records
    assert (ann.coverage, bob.coverage, bob.is_active) == ("all_members", "all_members", False)
    assert (bob.measures["prompts"], bob.measures["lines_removed"]) == (0, None)


def test_an_older_answer_has_no_id_and_lists_active_users_only() -> None:
    first, second = read(FORMAT, FOLDER / "valid" / "active_only.ndjson").records
    assert (first.users, first.coverage) == ((Identity("email", "ann@example.com"),), "active_only")
    assert (first.period_start, second.period_start) == (date(2026, 3, 2), date(2026, 3, 3))
    assert first.measures["prompts"] is None


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_one_idle_row_far_down_tells_of_all_members(tmp_path: Path, pack: type[bytes]) -> None:
    row = {"day": "2026-03-02", "email": "a@example.com", "isActive": True, "totalApplies": 1, "note": "x" * 1000}
    rows = [row | {"email": f"p{number}@example.com"} for number in range(2500)] + [row | {"isActive": False}]
    path = tmp_path / "days.json"
    path.write_bytes(pack(json.dumps({"data": rows}).encode()))
    assert {record.coverage for record in read(FORMAT, path).records} == {"all_members"}


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "missing_field", "bad_time", "wrong_type"),
        *("future_time", "wrong_type", "wrong_type", "unknown_shape"),
    ]
