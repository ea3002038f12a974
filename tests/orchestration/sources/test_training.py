from __future__ import annotations

from datetime import datetime
from pathlib import Path

from accounting import FIXTURES, read

from orchestration.sources.records import Identity, TrainingRecord


def test_a_completion_names_its_person_by_number_or_address() -> None:
    assert read("training", FIXTURES / "training-csv" / "valid" / "lms.csv").records == [
        TrainingRecord(2, 1, (Identity("person_id", "E1"),), "safe-use", datetime(2026, 2, 1, 10), {"score": "91"}),
        TrainingRecord(3, 1, (Identity("email", "bo@acme.test"),), "safe-use", datetime(2026, 2, 2), {}),
    ]


def test_every_reason_to_reject_costs_one_line() -> None:
    outcome = read("training", FIXTURES / "training-csv" / "invalid" / "every_reason.csv")
    assert (outcome.records, outcome.lines) == ([], 5)
    assert outcome.codes == ["missing_field", "missing_field", "missing_field", "bad_time"]


def test_completions_are_told_by_what_the_file_holds(tmp_path: Path) -> None:
    for name, file in (("training-csv", "lms.csv"), ("xapi", "statements.json")):
        path = tmp_path / "completions"
        path.write_bytes((FIXTURES / name / "valid" / file).read_bytes())
        assert read("training", path).records == read(name, path).records != []


def test_a_report_of_a_learning_system_is_understood_and_what_is_not_completed_is_blank() -> None:
    outcome = read("training", FIXTURES / "training-csv" / "valid" / "report.csv")
    assert [(one.users, one.module, one.completed_at) for one in outcome.records] == [
        ((Identity("email", "ann@acme.test"),), "CC-1", datetime(2026, 2, 1)),
        ((Identity("email", "cy@acme.test"),), "CC-2", datetime(2026, 2, 3, 10)),
    ]
    assert (outcome.blanks, outcome.lines, outcome.codes) == (2, 4, [])


def test_a_completion_without_a_date_is_rejected_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("email,course,completed on,status\nann@example.com,M1,,Completed\nbob@example.com,M1,soon,\n")
    outcome = read("training", path)
    assert (outcome.records, outcome.codes) == ([], ["missing_field", "bad_time"])
