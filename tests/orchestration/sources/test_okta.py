from __future__ import annotations

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FOLDER = FIXTURES / "okta"


def test_a_user_is_a_person_with_aliases_and_attributes_of_the_profile() -> None:
    ann = read("okta", FOLDER / "valid" / "users.json").records[0]
    assert (ann.person_id, ann.name, ann.department, ann.role) == ("00u1", "Ann Berg", "Finance", "Clerk")
    assert ann.aliases == (
        Identity("email", "Ann.Berg@acme.test"),
        Identity("upn", "ann@acme.test"),
        Identity("employee_number", "7001"),
        Identity("github_username", "ann-b"),
    )
    assert ann.attributes["badge"] == "B-1"
    assert "ann@home.test" not in repr(ann), "a private address is no part of a roster"


def test_who_cannot_sign_in_is_not_on_the_roster() -> None:
    people = read("okta", FOLDER / "valid" / "users.json").records
    assert [person.is_active for person in people] == [True, False, True]


def test_a_manager_is_found_by_number_and_by_address_and_else_unknown() -> None:
    people = read("okta", FOLDER / "valid" / "users.json").records
    assert [person.manager_id for person in people] == ["00u2", None, "00u2"]


def test_every_reason_to_reject_costs_one_user() -> None:
    outcome = read("okta", FOLDER / "invalid" / "every_reason.json")
    assert (outcome.records, outcome.lines) == ([], 6)
    assert outcome.codes == ["missing_field", "missing_field", *["wrong_type"] * 3, "not_json"]
