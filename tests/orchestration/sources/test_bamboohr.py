from __future__ import annotations

from datetime import date

from accounting import FIXTURES, read

FOLDER = FIXTURES / "bamboohr"


def test_an_employee_is_a_person_since_the_day_of_hire() -> None:
    ann, bo, _ = read("bamboohr", FOLDER / "valid" / "report.json").records
    assert (ann.person_id, ann.name, ann.role, ann.eligible_from) == ("11", "Ann Berg", "Clerk", date(2025, 1, 1))
    assert (ann.eligible_to, ann.is_active) == (None, True)
    assert (bo.name, bo.eligible_from, bo.eligible_to, bo.is_active) == ("Bo Dahl", None, date(2026, 2, 28), False)


def test_pay_birth_and_private_contacts_are_dropped() -> None:
    ann = read("bamboohr", FOLDER / "valid" / "report.json").records[0]
    assert ann.attributes == {"division": "Core", "customTeam": "AP"}


def test_a_supervisor_is_found_by_address_before_numbers_that_may_mean_two_things() -> None:
    """Bo's employee number is Ann's id, and his supervisorEId could be either; the address is Cy's alone."""
    people = read("bamboohr", FOLDER / "valid" / "report.json").records
    assert [person.manager_id for person in people] == ["12", "13", None]


def test_every_reason_to_reject_costs_one_employee() -> None:
    outcome = read("bamboohr", FOLDER / "invalid" / "every_reason.json")
    assert (outcome.records, outcome.lines) == ([], 4)
    assert outcome.codes == ["missing_field", "bad_time", "wrong_type", "unknown_shape"]
