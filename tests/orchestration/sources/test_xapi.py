from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from accounting import FIXTURES, Outcome, read

from orchestration.sources.records import Identity, VoidingRecord

FOLDER = FIXTURES / "xapi"
STATEMENT = {
    "actor": {"mbox": "mailto:ann@example.com"},
    "verb": {"id": "https://example.com/verbs/completed"},
    "object": {"id": "https://lms.example.com/courses/safe-use/"},
    "timestamp": "2026-02-01T10:00:00Z",
}


def told(tmp_path: Path, **changes: Any) -> Outcome:
    path = tmp_path / "statements.jsonl"
    path.write_text(json.dumps(STATEMENT | changes) + "\n")
    return read("xapi", path)


def test_completed_and_passed_are_completions_at_their_time_in_utc() -> None:
    outcome = read("xapi", FOLDER / "valid" / "statements.json")
    assert [(record.module, record.completed_at) for record in outcome.records] == [
        ("safe-use", datetime(2026, 2, 1, 10)),
        ("view.php?id=12", datetime(2026, 2, 2, 10)),
        ("safe-use", datetime(2026, 2, 3, 10)),
    ]
    assert [record.users for record in outcome.records] == [
        (Identity("email", "Ann@acme.test"),),
        (Identity("person_id", "E2"),),
        (Identity("email_sha1", "0a1b"),),
    ]
    assert outcome.records[0].attributes["score_scaled"] == 0.9


def test_what_is_no_completion_is_read_and_counts_as_blank() -> None:
    outcome = read("xapi", FOLDER / "valid" / "statements.json")
    assert (outcome.blanks, outcome.lines, outcome.codes) == (2, 5, [])


def test_a_voiding_names_the_statement_that_it_takes_back_in_either_case() -> None:
    outcome = read("xapi", FOLDER / "valid" / "voided.jsonl")
    told, taken_back = outcome.records
    assert taken_back == VoidingRecord(2, 1, "5a0b9c1e-0000-4000-8000-000000000001", {})
    assert told.statement_id == taken_back.statement_id


@pytest.mark.parametrize("result", [{"success": False}, {"completion": False}])
def test_a_failed_or_unfinished_attempt_is_no_completion(tmp_path: Path, result: dict[str, bool]) -> None:
    outcome = told(tmp_path, result=result)
    assert (outcome.records, outcome.blanks) == ([], 1)


def test_the_last_part_of_the_object_is_the_module_whatever_ends_it(tmp_path: Path) -> None:
    ids = {
        "https://lms.example.com/courses/safe-use/": "safe-use",
        "https://x.example.com/a#m-1": "m-1",
        "plain": "plain",
    }
    assert {one: told(tmp_path, object={"id": one}).records[0].module for one in ids} == ids


def test_an_account_that_is_an_address_may_be_an_e_mail_or_a_upn(tmp_path: Path) -> None:
    users = told(tmp_path, actor={"account": {"homePage": "x", "name": "bob@example.com"}}).records[0].users
    assert [user.namespace for user in users] == ["email", "upn", "person_id"]


def test_every_reason_to_reject_costs_one_statement() -> None:
    outcome = read("xapi", FOLDER / "invalid" / "every_reason.json")
    assert (outcome.records, outcome.lines) == ([], 6)
    assert outcome.codes == ["missing_field", "missing_field", "unknown_shape", "bad_time", "wrong_type", "not_json"]
