from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from accounting import FIXTURES, read, sorted_out

from orchestration.sources import workday
from orchestration.sources.records import Identity, PersonRecord

FOLDER = FIXTURES / "workday"


def report(tmp_path: Path, *entries: dict[str, Any]) -> Path:
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"Report_Entry": entries}))
    return path


def people(path: Path, **columns: str) -> list[PersonRecord]:
    return sorted_out(workday.parse(path, columns=columns)).records


def test_usual_column_names_are_understood() -> None:
    ann, bo = read("workday", FOLDER / "valid" / "raas.json").records
    assert (ann.person_id, ann.name, ann.department, ann.role) == ("7001", "Ann Berg", "Finance", "Clerk")
    assert ann.aliases == (Identity("email", "ann@acme.test"),)
    assert (ann.eligible_from, ann.fte, ann.attributes["cost_center"]) == (date(2025, 1, 1), 0.8, "4711")
    assert (ann.manager_id, bo.manager_id) == ("7002", "7001"), "by id, and by address"
    assert (ann.is_active, bo.is_active) == (True, False)


def test_a_guess_that_does_not_fit_is_none() -> None:
    bo = read("workday", FOLDER / "valid" / "raas.json").records[1]
    assert (bo.eligible_from, bo.attributes["hire_date"]) == (None, "a while ago")


def test_a_row_without_its_id_is_not_known_by_another_number(tmp_path: Path) -> None:
    path = report(tmp_path, {"Employee_ID": "1", "Employee_Number": "9"}, {"Employee_Number": "1", "Worker": "B"})
    outcome = read("workday", path)
    assert [person.person_id for person in outcome.records] == ["1"]
    assert outcome.codes == ["missing_field"]


def test_a_report_whose_columns_nobody_knows_is_refused_with_what_to_do(tmp_path: Path) -> None:
    outcome = read("workday", report(tmp_path, {"A": "1", "foo": "bar"}, {"A": "2"}))
    assert outcome.codes == ["missing_field"] * 2
    assert "config/people.yml: columns:" in outcome.rejects[0].reason


def test_the_company_says_which_column_is_which(tmp_path: Path) -> None:
    path = report(tmp_path, {"A": "1", "foo": "Sales", "Employee_ID": "x"}, {"A": "2", "foo": None, "n": [{"a": 1}]})
    assert [(person.person_id, person.department) for person in people(path, person_id="a", department="Foo")] == [
        ("1", "Sales"),
        ("2", None),
    ]


def test_every_reason_to_reject_costs_one_row() -> None:
    outcome = read("workday", FOLDER / "invalid" / "every_reason.json")
    assert (outcome.records, outcome.lines) == ([], 4)
    assert outcome.codes == ["missing_field", "unknown_value", "bad_span", "unknown_shape"]
