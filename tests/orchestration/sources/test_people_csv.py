from __future__ import annotations

from datetime import date

import pytest
from accounting import FIXTURES, read

from orchestration.sources.fields import FieldError
from orchestration.sources.people_csv import is_namespace, working_days
from orchestration.sources.records import Identity, PersonRecord

FOLDER = FIXTURES / "people-csv"


def test_a_row_is_a_person_with_aliases_and_attributes() -> None:
    ann = read("people-csv", FOLDER / "valid" / "people_2026-03-01.csv").records[0]
    assert ann == PersonRecord(
        line_no=2,
        lines=1,
        person_id="E1",
        name="Berg, Ann",
        aliases=(
            Identity("email", "ann@acme.test"),
            Identity("github_login", "ann-b"),
            Identity("jira_username", "annb"),
        ),
        department="Finance",
        team="AP",
        location="Oslo",
        role="Clerk",
        manager_id="E2",
        eligible_from=date(2026, 1, 1),
        eligible_to=None,
        fte=1.0,
        working_days=None,
        is_active=True,
        attributes={"cost_centre": "4711"},
    )


def test_people_called_na_and_null_are_people() -> None:
    people = read("people-csv", FOLDER / "valid" / "people_2026-03-01.csv").records
    assert [person.person_id for person in people] == ["E1", "NA", "null"]
    assert people[2].manager_id == "NA"
    assert people[2].name == 'Said "No"'


def test_every_reason_to_reject_costs_one_line() -> None:
    outcome = read("people-csv", FOLDER / "invalid" / "every_reason.csv")
    assert [person.person_id for person in outcome.records] == ["E1", "E11"]
    assert outcome.codes == [
        "missing_field",
        "stray_quote",
        "unknown_value",
        "wrong_type",
        "unknown_value",
        "bad_time",
        "bad_span",
        "wrong_columns",
        "stray_quote",
    ]
    assert outcome.lines == 12


@pytest.mark.parametrize(
    ("text", "bits"),
    [(None, None), ("mon", 1), ("Mon, Tue;wed", 7), ("mon-fri", 31), ("sat sunday", 96), ("mon-wed,fri", 23)],
)
def test_working_days_are_bits_from_monday_on(text: str | None, bits: int | None) -> None:
    assert working_days(text) == bits


@pytest.mark.parametrize("text", ["always", "fri-mon", "1-5", ","])
def test_working_days_that_are_no_days_are_refused(text: str) -> None:
    with pytest.raises(FieldError):
        working_days(text)


def test_columns_that_name_a_person_elsewhere_are_told_from_attributes() -> None:
    assert all(map(is_namespace, ("email", "github_login", "entra_oid", "windsurf_user_id", "jira_username")))
    assert not any(map(is_namespace, ("cost_centre", "grade", "manager_id", "email_opt_in", "m365_concealed")))
