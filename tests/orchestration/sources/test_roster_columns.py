"""A roster with other column names is read by what the company says, else by what HR systems usually say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from accounting import FIXTURES, Outcome, read, sorted_out

from orchestration.sources import people, people_csv
from orchestration.sources.looking import look
from orchestration.sources.records import Identity
from orchestration.sources.roster_columns import columns_of, is_there


def roster(tmp_path: Path, text: str, **columns: str) -> Outcome:
    path = tmp_path / "people_2026-03-01.csv"
    path.write_text(text)
    return sorted_out(people.with_columns(columns).parse(path))


def test_a_roster_with_usual_names_of_hr_systems_is_understood() -> None:
    ann, bo = read("people-csv", FIXTURES / "people-csv" / "valid" / "people_other_names.csv").records
    assert (ann.person_id, ann.name, ann.role, ann.department) == ("7001", "Berg, Ann", "Clerk", "Finance")
    assert ann.aliases == (Identity("github_login", "ann-b"),)
    assert (ann.eligible_from, ann.manager_id) == (date(2025, 1, 1), "7002")
    assert (bo.eligible_from, bo.attributes["hire_date"]) == (None, "01.02.2020"), "a guess that does not fit is none"
    assert (ann.is_active, bo.is_active) == (True, False)


def test_a_roster_with_a_person_id_keeps_its_columns(tmp_path: Path) -> None:
    (ann,) = roster(tmp_path, "person_id,employee id,title,status,hire date\n1,E1,Clerk,Terminated,soon\n").records
    assert (ann.person_id, ann.role, ann.is_active, ann.eligible_from) == ("1", None, True, None)
    assert ann.attributes == {"employee_id": "E1", "title": "Clerk", "status": "Terminated", "hire_date": "soon"}


def test_what_the_company_says_wins_over_names_and_guesses(tmp_path: Path) -> None:
    text = "EmployeeNo;Employee ID;person_id;Abteilung;Git\n1;2;3;Einkauf;ann-b\n"
    (ann,) = roster(tmp_path, text, person_id="Employee No", department="abteilung", github_login="GIT").records
    assert (ann.person_id, ann.department) == ("1", "Einkauf")
    assert ann.aliases == (Identity("github_login", "ann-b"),)
    assert ann.attributes == {"employee_id": "2"}


def test_a_column_that_a_file_lacks_says_nothing_about_it(tmp_path: Path) -> None:
    (ann,) = roster(tmp_path, "person_id,dept\n1,Sales\n", person_id="Badge", department="Dept").records
    assert (ann.person_id, ann.department) == ("1", "Sales")


def test_a_date_in_a_column_that_the_company_named_must_be_one(tmp_path: Path) -> None:
    outcome = roster(tmp_path, "person_id,since\n1,soon\n2,2026-01-05\n", eligible_from="since")
    assert outcome.codes == ["bad_time"]
    assert outcome.records[0].eligible_from == date(2026, 1, 5)


def test_a_roster_nobody_can_read_says_what_to_do_and_is_one_reject(tmp_path: Path) -> None:
    outcome = roster(tmp_path, "Badge,Dept\n1,Sales\n2,Sales\n")
    assert outcome.codes == ["wrong_columns"]
    assert outcome.lines == 3
    assert "config/people.yml: columns: {person_id:" in outcome.rejects[0].reason


def test_a_manager_is_found_by_number_or_address_in_a_renamed_roster(tmp_path: Path) -> None:
    text = (
        "Worker ID,Employee Number,Work Email,Supervisor ID,Manager Email\n"
        "1,901,ann@example.com,902,\n2,902,bob@example.com,,ANN@example.com\n3,903,cy@example.com,999,\n4,904,cy@example.com,,cy@example.com\n"
    )
    people_of_file = roster(tmp_path, text).records
    assert [person.manager_id for person in people_of_file] == [
        "2",
        "1",
        "999",  # an id that is in another file, for all we know
        None,  # an address that two people of the file have
    ]
    assert all("manager_email" not in person.attributes for person in people_of_file)


def test_the_manager_s_address_is_no_address_of_the_person(tmp_path: Path) -> None:
    (ann,) = roster(tmp_path, "person_id,manager_email\n1,bob@example.com\n").records
    assert ann.aliases == ()
    assert ann.attributes == {"manager_email": "bob@example.com"}


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("EmployeeID,Department", "CSV with other names"),
        ("employee id,grade", None),
        ("PersonId,MetricDate,Department", None),
        ("person_id,module,completed_at", None),
        ("cadence,period_start,public_id,name,email,department", None),
    ],
)
def test_only_a_roster_is_taken_for_one(tmp_path: Path, header: str, known: str | None) -> None:
    path = tmp_path / "x.csv"
    path.write_text(header + "\n")
    assert people_csv.recognise(look(path)) == known


def test_each_column_is_used_once_and_the_likeliest_first() -> None:
    found = columns_of(["mail", "work_email", "employee_number", "employee_id"])
    assert found.guessed == {"person_id": "employee_id", "email": "work_email"}


@pytest.mark.parametrize(
    ("status", "there"), [(None, True), ("Active", True), ("On leave", True), ("Terminated", False), ("0", False)]
)
def test_a_status_says_whether_somebody_is_still_there(status: str | None, there: bool) -> None:
    assert is_there(status) is there
