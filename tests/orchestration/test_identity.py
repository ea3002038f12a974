"""Pseudonyms: keyed, stable, and no identifier left in a text."""

from __future__ import annotations

import pytest

from orchestration.identity import Pseudonymiser
from orchestration.sources.identifiers import canonical

NAMES = Pseudonymiser(b"k" * 32)


def test_one_person_has_one_key_and_one_number_under_one_key() -> None:
    again = Pseudonymiser(b"k" * 32)
    assert again.person_key("NA") == NAMES.person_key("NA")
    assert again.person_no("NA") == NAMES.person_no("NA")
    assert len(NAMES.person_key("NA")) == 32
    assert NAMES.person_no("NA") == int.from_bytes(bytes.fromhex(NAMES.person_key("NA"))[:8], "big", signed=True)


def test_another_key_gives_other_pseudonyms() -> None:
    other = Pseudonymiser(b"o" * 32)
    assert other.person_key("p1") != NAMES.person_key("p1")
    assert other.alias_no("email", "a@b.example") != NAMES.alias_no("email", "a@b.example")
    assert other.salt != NAMES.salt


@pytest.mark.parametrize("spelling", ["Ann.Lee@Corp.example", " ann.lee@corp.example ", "ANN.LEE@CORP.EXAMPLE"])
def test_spellings_of_one_address_are_one_alias(spelling: str) -> None:
    assert NAMES.alias_no("email", spelling) == NAMES.alias_no("email", "ann.lee@corp.example")


def test_a_person_id_is_compared_exactly() -> None:
    assert canonical("person_id", " A1 ") == " A1 "
    assert NAMES.alias_no("person_id", "a1") != NAMES.alias_no("person_id", "A1")


def test_the_same_text_in_two_namespaces_is_two_aliases() -> None:
    assert NAMES.alias_no("email", "a@b.example") != NAMES.alias_no("upn", "a@b.example")


def test_the_cache_is_bounded_and_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.identity._CACHE_LIMIT", 10)
    names = Pseudonymiser(b"k" * 32)
    first = [names.alias_no("login", f"user{number}") for number in range(50)]
    assert first == [names.alias_no("login", f"user{number}") for number in range(50)]
    assert len(names._numbers) <= 10


def test_an_address_in_a_text_becomes_a_token() -> None:
    text = NAMES.scrub("sent to Zoë.O'Hara@corp.example, cc bob@sub.corp.example")
    assert "@" not in text
    assert text.count("person:") == 2


def test_one_address_has_one_token_however_it_is_spelled() -> None:
    assert NAMES.scrub("ANN@corp.example") == NAMES.scrub("ann@CORP.example")


@pytest.mark.parametrize("text", ["claude-3-5-sonnet@20240620", "npm package left-pad@1.3.0", "@dataclass", "5 @ 3"])
def test_what_is_no_address_is_left_alone(text: str) -> None:
    assert NAMES.scrub(text) == text


def test_an_identifier_is_replaced_as_a_whole_word_only() -> None:
    assert "octocat" not in NAMES.scrub("reviewed by octocat.", ["octocat"])
    assert NAMES.scrub("octocats", ["octocat"]) == "octocats"
    assert NAMES.scrub("user 7 has 7 items", ["7"]) == "user 7 has 7 items"
