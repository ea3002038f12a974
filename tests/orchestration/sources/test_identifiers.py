"""When two spellings are one identifier, and what never stands for a person."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.sources.identifiers import can_join, canonical, hashed_forms
from orchestration.sources.records import Identity

SAME = [
    ("email", "Ann.Lee@Corp.Example", "ann.lee@corp.example"),
    ("email", "\u00a0ann@corp.example\u200b", "ann@corp.example"),
    ("email", "\ufeffann@corp.example\r\n", "ann@corp.example"),
    ("email", "ann@corp.example.", "ann@corp.example"),
    ("email", "mailto:Ann@corp.example", "ann@corp.example"),
    ("email", "SMTP:ann@corp.example", "ann@corp.example"),
    ("email", "Ann Lee <ann@corp.example>", "ann@corp.example"),
    ("email", "\uff41nn\uff20corp.example", "ann@corp.example"),
    ("email", "an\u00adn@corp.example", "ann@corp.example"),
    ("email", "ann@b\u00fccher.example", "ann@xn--bcher-kva.example"),
    ("email", "cafe\u0301@corp.example", "caf\u00e9@corp.example"),
    ("email", "\u0130PEK@corp.example", "ipek@corp.example"),
    ("email", "STRASSE@corp.example", "stra\u00dfe@corp.example"),
    ("email", "cy_lee_partner.example#EXT#@corp.example", "cy_lee@partner.example"),
    ("upn", "CY_partner.example#ext#@corp.onmicrosoft.example", "cy@partner.example"),
    ("github_login", "@Octo-Ann ", "octo-ann"),
    ("entra_oid", "{0000000A-0000-4000-8000-000000000001}", "0000000a-0000-4000-8000-000000000001"),
    ("entra_oid", "0000000a000040008000000000000001", "0000000a-0000-4000-8000-000000000001"),
    ("idc_user_id", "d-1234567890.0000000a-0000-4000-8000-000000000001", "0000000a-0000-4000-8000-000000000001"),
    ("slack_id", "<@U012AB3CD|ann>", "U012AB3CD"),
]
APART = [
    ("email", "ann+ai@corp.example", "ann@corp.example"),
    ("email", "a.nn@corp.example", "ann@corp.example"),
    ("email", "ann@corp.example", "ann@corp.example.org"),
    ("email", "y\u0131ld\u0131z@corp.example", "yildiz@corp.example"),
    ("email", "\u0430nn@corp.example", "ann@corp.example"),
    ("github_login", "octo-ann_acme", "octo-ann"),
    ("idc_user_id", "d-1234567890.", ""),
    ("person_id", "p1", "P1"),
    ("person_id", " p1", "p1"),
    ("person_id", "NA", "na"),
]
NAMESPACES = ["email", "upn", "github_login", "entra_oid", "idc_user_id", "slack_id", "openai_user_id", "person_id"]


@pytest.mark.parametrize(("namespace", "one", "other"), SAME)
def test_spellings_of_one_identifier_are_equal(namespace: str, one: str, other: str) -> None:
    assert canonical(namespace, one) == canonical(namespace, other)


@pytest.mark.parametrize(("namespace", "one", "other"), APART)
def test_what_could_be_somebody_else_stays_apart(namespace: str, one: str, other: str) -> None:
    assert canonical(namespace, one) != canonical(namespace, other)


@given(st.sampled_from(NAMESPACES), st.text())
def test_a_canonical_form_is_its_own(namespace: str, value: str) -> None:
    once = canonical(namespace, value)
    if namespace in ("email", "upn"):
        assert canonical(namespace, once).count("@") == once.count("@")
    else:
        assert canonical(namespace, once) == once or namespace in ("idc_user_id", "github_login", "slack_id")


@given(st.from_regex(r"[A-Za-z0-9.\u00c0-\u017f]{1,12}@[a-z]{1,8}\.[a-z]{2,4}", fullmatch=True))
def test_case_never_tells_two_addresses_apart(address: str) -> None:
    once = canonical("email", address)
    assert canonical("email", once) == once
    assert canonical("email", f" {address}. ") == once


@pytest.mark.parametrize(
    ("namespace", "value"),
    [
        ("email", "NA"),
        ("email", "null"),
        ("email", "@"),
        ("email", "@corp.example"),
        ("email", ""),
        ("upn", "\u200b"),
        ("github_login", "dependabot[bot]"),
        ("api_key", "ci"),
        ("cursor_service_account", "build"),
        ("m365_concealed", "0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
        ("viva_person_id", "v-1"),
    ],
)
def test_what_never_stands_for_a_person(namespace: str, value: str) -> None:
    assert not can_join(Identity(namespace, value))


@pytest.mark.parametrize(
    ("namespace", "value"),
    [("person_id", "NA"), ("person_id", "null"), ("github_login", "null"), ("upn", "CORP\\ann"), ("email", "a@b")],
)
def test_what_looks_odd_may_be_somebody(namespace: str, value: str) -> None:
    assert can_join(Identity(namespace, value))


def test_a_hashed_address_is_that_of_the_roster() -> None:
    forms = {one.namespace: one.value for one in hashed_forms("Ann@Corp.example")}
    assert forms["email_sha1"] == hashlib.sha1(b"mailto:ann@corp.example").hexdigest()
    assert forms["email_sha256"] == hashlib.sha256(b"ann@corp.example").hexdigest()
