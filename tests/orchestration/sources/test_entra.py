from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FOLDER = FIXTURES / "entra"


def test_a_graph_user_is_a_person_with_every_name_the_directory_knows() -> None:
    ann, _, _ = read("entra", FOLDER / "valid" / "graph.json").records
    assert (ann.person_id, ann.name, ann.department, ann.role, ann.location) == (
        "o-1",
        "Ann Berg",
        "Finance",
        "Clerk",
        "Oslo",
    )
    assert ann.aliases == (
        Identity("entra_oid", "o-1"),
        Identity("upn", "Ann@acme.test"),
        Identity("email", "ann.berg@acme.test"),
        Identity("email", "aberg@acme.test"),
        Identity("employee_number", "7001"),
        Identity("sam_account_name", "aberg"),
    )
    assert (ann.manager_id, ann.eligible_from, ann.is_active) == ("o-2", date(2025, 1, 1), True)
    assert ann.attributes["cost_center"] == "4711"


def test_disabled_accounts_and_guests_are_not_on_the_roster() -> None:
    _, bo, cy = read("entra", FOLDER / "valid" / "graph.json").records
    assert not bo.is_active
    assert not cy.is_active
    assert (bo.eligible_from, bo.eligible_to) == (None, date(2026, 2, 28)), "year 0001 is not set"


def test_a_guest_is_known_by_the_address_of_the_invitation() -> None:
    cy = read("entra", FOLDER / "valid" / "graph.json").records[2]
    assert Identity("email", "cy_lee@partner.test") in cy.aliases


def test_the_portal_s_csv_gives_the_same_people() -> None:
    ann, bo, di = read("entra", FOLDER / "valid" / "portal.csv").records
    assert [one.person_id for one in (ann, bo, di)] == ["o-1", "o-2", "o-4"]
    assert [one.is_active for one in (ann, bo, di)] == [True, False, False]
    assert ann.manager_id == "o-2", "by the manager's UPN, whatever its case"
    assert (ann.location, bo.manager_id) == ("Oslo", None)


def test_every_reason_to_reject_costs_one_user() -> None:
    outcome = read("entra", FOLDER / "invalid" / "every_reason.json")
    assert (outcome.records, outcome.lines) == ([], 5)
    assert outcome.codes == ["missing_field", "wrong_type", "bad_time", "wrong_type", "unknown_shape"]


def test_a_tree_of_reports_is_everybody_in_it_under_their_manager(tmp_path: Path) -> None:
    def user(number: str, *reports: dict[str, Any]) -> dict[str, Any]:
        return {"id": number, "userPrincipalName": f"{number}@example.com", "directReports": list(reports)}

    path = tmp_path / "tree.json"
    path.write_text(json.dumps(user("1", user("2", user("3")), user("4"))))
    found = read("entra", path)
    assert {person.person_id: person.manager_id for person in found.records} == {
        "1": None,
        "2": "1",
        "3": "2",
        "4": "1",
    }
    assert found.lines == 1


def test_reports_shown_beside_users_are_no_second_record(tmp_path: Path) -> None:
    ann = {"id": "1", "userPrincipalName": "ann@example.com", "department": "Sales"}
    bob = {"id": "2", "userPrincipalName": "bob@example.com", "directReports": [{"id": "1", "userPrincipalName": "x"}]}
    path = tmp_path / "users.json"
    path.write_text(json.dumps({"value": [ann, bob]}))
    assert [person.person_id for person in read("entra", path).records] == ["1", "2"]
