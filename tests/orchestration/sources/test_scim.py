from __future__ import annotations

import json
from pathlib import Path

from accounting import FIXTURES, content, read

from orchestration.sources.records import Identity

FOLDER = FIXTURES / "scim"


def test_a_user_has_the_primary_address_first_and_every_name_others_know() -> None:
    ann = read("scim", FOLDER / "valid" / "list.json").records[0]
    assert ann.aliases == (
        Identity("email", "ann@acme.test"),
        Identity("email", "a.berg@acme.test"),
        Identity("upn", "ann@acme.test"),
        Identity("external_id", "7001"),
        Identity("employee_number", "E1"),
    )
    assert (ann.person_id, ann.name, ann.role, ann.department) == ("p-1", "Ann Berg", "Clerk", "Finance")
    assert (ann.location, ann.manager_id, ann.is_active) == ("Oslo", "p-2", True)
    assert ann.attributes == {"cost_center": "4711"}


def test_an_inactive_user_is_read_as_such() -> None:
    bo = read("scim", FOLDER / "valid" / "list.json").records[1]
    assert (bo.is_active, bo.name, bo.aliases) == (False, "Bo Dahl", (Identity("user_name", "bo"),))


def test_one_user_an_array_and_lines_are_read_like_a_list(tmp_path: Path) -> None:
    users = json.loads((FOLDER / "valid" / "list.json").read_text())["Resources"]
    expected = [content(record) for record in read("scim", FOLDER / "valid" / "list.json").records]
    for form in (json.dumps(users), "\n".join(map(json.dumps, users)), "".join(json.dumps(u, indent=1) for u in users)):
        path = tmp_path / "users.json"
        path.write_text(form)
        assert [content(record) for record in read("scim", path).records] == expected


def test_every_reason_to_reject_costs_one_record() -> None:
    outcome = read("scim", FOLDER / "invalid" / "every_reason.json")
    assert outcome.records == []
    assert outcome.codes == [
        "missing_field",
        "missing_field",
        "unknown_shape",
        "wrong_type",
        "wrong_type",
        "unknown_shape",
    ]
