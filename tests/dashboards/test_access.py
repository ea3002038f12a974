"""Who may see what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboards import access
from dashboards.access import Access, Grant, Policy, RefusedError

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
POLICY = Policy(
    "groups",
    {
        "all-staff": Grant(frozenset({"figures"}), None),
        "finance-leads": Grant(frozenset({"figures", "people"}), ("Finance",)),
        "sales-leads": Grant(frozenset({"people"}), ("Sales",)),
    },
)


def _of(*groups: str, age: timedelta = timedelta(hours=1), person_pages: str = "sign_in", **claims) -> Access:
    told = {"email": "ada@corp.example", "iat": (NOW - age).timestamp(), "groups": list(groups)} | claims
    return access.of_claims(told, POLICY, NOW, person_pages)


def test_roles_of_several_groups_add_up():
    assert _of("all-staff", "sales-leads").roles == {"figures", "people"}


def test_units_of_several_groups_add_up_and_one_group_without_a_limit_lifts_it():
    assert _of("finance-leads", "sales-leads").org_units == ("Finance", "Sales")
    assert _of("finance-leads", "all-staff").org_units is None


def test_somebody_whose_groups_give_nothing_is_refused():
    with pytest.raises(RefusedError, match=r"ada@corp\.example is signed in, but none"):
        _of("cleaners")


def test_a_sign_in_older_than_eight_hours_is_refused_and_a_younger_one_is_not():
    with pytest.raises(RefusedError, match="older than 8 hours"):
        _of("all-staff", age=timedelta(hours=8, minutes=1))
    assert _of("all-staff", age=timedelta(hours=7, minutes=59)).may("figures")


@pytest.mark.parametrize("issued", [None, "yesterday", (NOW + timedelta(hours=1)).timestamp()])
def test_a_sign_in_without_a_believable_time_is_refused(issued):
    with pytest.raises(RefusedError):
        _of("all-staff", iat=issued)


def test_where_person_pages_are_never_shown_no_group_gives_people_and_nobody_has_own_rows():
    reader = _of("finance-leads", person_pages="never")
    assert not reader.may("people")
    assert reader.login is None


def test_an_unverified_address_is_nobodys_own():
    assert _of("all-staff", email_verified=False).login is None
    assert _of("all-staff", email_verified=True).login == "ada@corp.example"


@pytest.mark.parametrize(("person_pages", "may"), [("never", False), ("sign_in", False), ("local", True)])
def test_without_sign_in_people_are_shown_only_where_the_workspace_says_local(person_pages, may):
    assert access.of_this_machine("ada", person_pages).may("people") is may
    assert access.of_this_machine("ada", person_pages).may("figures")


def test_a_reader_of_one_unit_sees_neither_another_unit_nor_the_company():
    reader = Access("ada", frozenset(), ("Finance",))
    assert [reader.sees(unit, "All") for unit in ("Finance", "Sales", "All")] == [True, False, False]


def test_a_unit_that_is_called_like_the_company_gives_no_view_of_the_company():
    assert not Access("ada", frozenset(), ("All",)).sees("All", "All")


def test_a_role_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="no such role: admin"):
        access.policy_of({"groups": {"bosses": {"roles": ["admin"]}}})


def test_a_page_that_is_not_in_the_menu_is_refused_all_the_same():
    with pytest.raises(RefusedError, match="needs the role `people`"):
        Access("ada", frozenset({"figures"})).require("people")
