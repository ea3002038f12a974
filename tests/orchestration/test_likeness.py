"""Whose an unknown account may be: the right person is named, and whoever is as alike beside them."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from datetime import date

import pytest

from orchestration.likeness import LEAST_SCORE, MOST_CANDIDATES, Known, Likeness
from orchestration.sample.people import Person, build_people
from orchestration.sample.span import Span
from orchestration.sources.records import Identity


def known(person_id: str, name: str, email: str, login: str | None = None) -> Known:
    aliases = [Identity("email", email)] + ([Identity("github_login", login)] if login else [])
    return Known(person_id, name, tuple(aliases))


def names(alike: Likeness, namespace: str, value: str) -> list[str]:
    return [one.person_id for one in alike.candidates((Identity(namespace, value),))]


@pytest.mark.parametrize(
    ("namespace", "value"),
    [
        ("email", "ann.lee+ai@example.com"),
        ("email", "ann.lee@old-firm.example"),
        ("github_login", "ann-lee_acme"),
        ("github_login", "annlee"),
        ("github_login", "leeann"),
        ("github_login", "annlee42"),
        ("upn", "alee@corp.example"),
        ("user_name", "CORP\\ann.lee"),
        ("email", "ann.leee@example.com"),
        ("person_id", "P-0017 "),
    ],
)
def test_the_ways_in_which_accounts_are_called_lead_to_their_person(namespace: str, value: str) -> None:
    alike = Likeness(
        [known("p-0017", "Lee, Ann", "ann.lee@example.com"), known("p2", "Bo Dahl", "bo.dahl@example.com")]
    )
    assert names(alike, namespace, value) == ["p-0017"]


def test_of_two_people_with_one_name_neither_is_chosen() -> None:
    alike = Likeness([known("p1", "Ann Lee", "ann.lee@example.com"), known("p2", "Ann Lee", "ann.lee.2@example.com")])
    assert sorted(names(alike, "github_login", "annlee")) == ["p1", "p2"]
    assert sorted(names(alike, "github_login", "alee")) == ["p1", "p2"]


def test_two_names_a_letter_apart_are_both_shown() -> None:
    alike = Likeness(
        [known("p1", "Anna Meier", "anna.meier@example.com"), known("p2", "Anna Meyer", "anna.meyer@example.com")]
    )
    assert sorted(names(alike, "github_login", "annameyer")) == ["p1", "p2"]
    assert names(alike, "github_login", "annameyer")[0] == "p2"


@pytest.mark.parametrize(
    ("namespace", "value"),
    [
        ("github_login", "somebody-else"),
        ("openai_user_id", "annlee"),
        ("m365_concealed", "annlee"),
        ("api_key", "ann.lee"),
        ("github_login", "annlee[bot]"),
        ("github_login", "ann"),
    ],
)
def test_what_says_nothing_suggests_nobody(namespace: str, value: str) -> None:
    assert names(Likeness([known("p1", "Ann Lee", "ann.lee@example.com")]), namespace, value) == []


@pytest.fixture(scope="module")
def company() -> list[Person]:
    return build_people(600, Span.ending(date(2026, 11, 15), 12), random.Random(7))


def plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def test_in_a_company_whose_roster_lacks_the_logins_each_login_leads_to_its_person(company: list[Person]) -> None:
    """Logins with a company suffix: everybody is first among their candidates."""
    alike = Likeness(known(one.person_id, one.name, one.email) for one in company)
    found = [names(alike, "github_login", f"{one.login}_acme") for one in company]
    assert sum(one.person_id == people[0] for one, people in zip(company, found, strict=True) if people) == len(company)


def test_where_logins_are_initials_the_right_person_is_among_those_shown(company: list[Person]) -> None:
    """An initial and a surname: whoever shares them is shown too; a single candidate is always the right one."""
    alike = Likeness(known(one.person_id, one.name, one.email) for one in company)
    logins = [plain(one.name.split()[0][0] + one.name.split()[-1]) for one in company]
    shared = Counter(logins)
    for one, login in zip(company, logins, strict=True):
        people = names(alike, "github_login", login)
        assert len(people) >= min(shared[login], MOST_CANDIDATES)
        if shared[login] <= MOST_CANDIDATES:
            assert one.person_id in people


def test_scores_are_ordered_and_above_the_least(company: list[Person]) -> None:
    alike = Likeness(known(one.person_id, one.name, one.email) for one in company)
    for one in company[:50]:
        scores = [found.score for found in alike.candidates((Identity("github_login", one.login),))]
        assert scores == sorted(scores, reverse=True)
        assert min(scores) >= LEAST_SCORE
