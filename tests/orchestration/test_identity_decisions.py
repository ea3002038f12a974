"""Decisions about who is who: what they amount to, in any order, and what cannot stand beside what."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import pytest

from orchestration import journal
from orchestration.errors import DataError, UsageError
from orchestration.identity_decisions import BEGINNING, Decision, WhoIsWho
from orchestration.sources.records import OPEN_END, Identity
from orchestration.vault import Person, Vault
from orchestration.workspace import Workspace

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)
FEBRUARY_END, MAY_END = date(2026, 2, 28), date(2026, 5, 31)
LOGIN = Identity("github_login", "octo-ann")


def merged(person: str, other: str, first: date = BEGINNING) -> Decision:
    return Decision("merge", person, other, first=first)


def test_a_merged_id_is_the_person_who_stays_for_all_time() -> None:
    who = WhoIsWho([merged("p2", "p1")])
    assert who.ids == ["p1"]
    assert who.pieces("p1") == [(BEGINNING, OPEN_END, "p2")]
    assert who.pieces("p2") == [(BEGINNING, OPEN_END, "p2")]


def test_a_merge_from_a_day_leaves_what_was_before() -> None:
    assert WhoIsWho([merged("p2", "p1", MARCH)]).pieces("p1") == [
        (BEGINNING, FEBRUARY_END, "p1"),
        (MARCH, OPEN_END, "p2"),
    ]


def test_a_split_id_is_another_person_from_the_day_on() -> None:
    who = WhoIsWho([Decision("split", "p1", first=MARCH), Decision("split", "p1", first=JUNE)])
    assert who.pieces("p1") == [
        (BEGINNING, FEBRUARY_END, "p1"),
        (MARCH, MAY_END, "p1~2026-03-01"),
        (JUNE, OPEN_END, "p1~2026-06-01"),
    ]


def test_decisions_come_to_the_same_in_any_order() -> None:
    decisions = [
        merged("c", "b"),
        merged("b", "a", MARCH),
        Decision("split", "a", first=JUNE),
        merged("d", "a~2026-06-01"),
        Decision("link", "a", account=LOGIN),
    ]
    outcomes = {
        (
            tuple(map(str, (who.pieces(person) for person in "abcd"))),
            tuple(map(str, sorted(who.accounts(), key=str))),
        )
        for who in map(WhoIsWho, itertools.permutations(decisions))
    }
    assert len(outcomes) == 1
    who = WhoIsWho(decisions)
    assert who.pieces("a") == [(BEGINNING, FEBRUARY_END, "a"), (MARCH, MAY_END, "c"), (JUNE, OPEN_END, "d")]
    assert [piece[1:] for piece in who.accounts()] == [
        (BEGINNING, FEBRUARY_END, "a"),
        (MARCH, OPEN_END, "c"),
    ]


@pytest.mark.parametrize(
    ("new", "objection"),
    [
        (merged("p1", "p2"), "p1 is p2 already"),
        (merged("p3", "p1"), "p1 is p2 already"),
        (merged("p1", "p1"), "p1 is p1 already"),
        (Decision("split", "p4", first=MARCH), "p4 is split on that day already"),
        (Decision("split", "p4~2026-03-01", first=JUNE), "is no id of a roster"),
        (Decision("link", "p9", account=Identity("github_login", "@Octo-Ann"), first=MARCH), "already decided"),
        (Decision("unlink", account=LOGIN, last=MARCH), "already decided"),
        (Decision("link", "p9", account=Identity("email", "x@example.com"), first=JUNE, last=MARCH), "ends before"),
        (Decision("link", "p9", account=Identity("m365_concealed", "0A1B")), "never a person"),
        (Decision("link", "p9", account=Identity("api_key", "ci")), "never a person"),
    ],
)
def test_what_contradicts_a_decision_is_refused(new: Decision, objection: str) -> None:
    who = WhoIsWho([merged("p2", "p1"), Decision("split", "p4", first=MARCH), Decision("link", "p5", account=LOGIN)])
    found = who.objection(new)
    assert found is not None
    assert objection in found


def test_accounts_may_change_hands() -> None:
    who = WhoIsWho([Decision("link", "p1", account=LOGIN, last=FEBRUARY_END)])
    assert who.objection(Decision("link", "p2", account=LOGIN, first=MARCH)) is None


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault(Workspace(tmp_path))
    mails = {name: (("email", f"{name}@example.com"),) for name in ("ann", "bob", "cy")}
    vault.remember([Person(name, name.title(), f"{name}@example.com", mails[name]) for name in mails])
    return vault


def test_a_decision_is_written_down_with_who_when_and_why_and_without_a_name(vault: Vault, tmp_path: Path) -> None:
    vault.decisions.take([merged("ann", "bob")], "bob was rehired as ann")
    (entry,) = journal.entries(tmp_path / "vault" / "decisions.jsonl")
    assert entry["who"] and entry["at"] and entry["action"] == "merge"
    content = (tmp_path / "vault" / "decisions.jsonl").read_bytes()
    assert b"ann" not in content and b"rehired" not in content
    (taken,) = vault.decisions.taken()
    assert (taken.number, taken.decision, taken.why) == (1, merged("ann", "bob"), "bob was rehired as ann")


def test_a_decision_can_be_taken_back_once(vault: Vault) -> None:
    vault.decisions.take([merged("ann", "bob")], "")
    vault.decisions.undo(1, "")
    with pytest.raises(UsageError, match="decision 1 does not stand"):
        vault.decisions.undo(1, "")
    vault.decisions.take([merged("bob", "ann")], "the other way round")
    assert [(one.number, one.is_undone) for one in vault.decisions.taken()] == [(1, True), (2, False)]


def test_of_several_decisions_all_are_taken_or_none(vault: Vault) -> None:
    with pytest.raises(UsageError, match="takeup people undo takes one back"):
        vault.decisions.take([merged("ann", "bob"), merged("cy", "bob")], "")
    assert vault.decisions.taken() == []


def test_a_changed_journal_is_refused(vault: Vault, tmp_path: Path) -> None:
    path = tmp_path / "vault" / "decisions.jsonl"
    vault.decisions.take([merged("ann", "bob"), merged("ann", "cy")], "")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[1])
    with pytest.raises(DataError, match="put the file back as it was"):
        vault.decisions.taken()


def test_the_key_of_a_merged_person_is_that_of_the_one_who_stays(vault: Vault) -> None:
    key = vault.pseudonymiser.person_key
    vault.decisions.take([merged("ann", "bob")], "")
    assert vault.lookup(["bob", "BOB@example.com", "cy"], "") == {
        "bob": key("ann"),
        "BOB@example.com": key("ann"),
        "cy": key("cy"),
    }


def test_of_a_split_id_the_newest_name_is_that_of_the_later_person(vault: Vault) -> None:
    key = vault.pseudonymiser.person_key
    vault.decisions.take([Decision("split", "ann", first=MARCH)], "")
    later = "ann~2026-03-01"
    assert vault.lookup(["ann", later, "ann@example.com"], "") == {
        "ann": key("ann"),
        later: key(later),
        "ann@example.com": None,
    }
    found = vault.reveal([key("ann"), key(later)], "")
    assert found[key("ann")] == Person("ann")
    assert found[key(later)] is not None
    assert (found[key(later)].person_id, found[key(later)].name) == (later, "Ann")  # type: ignore[union-attr]


def test_an_account_is_found_by_decision_too(vault: Vault) -> None:
    vault.decisions.take([Decision("link", "cy", account=LOGIN)], "")
    vault.decisions.take([Decision("unlink", account=Identity("email", "bob@example.com"))], "")
    found = vault.lookup(["Octo-Ann", "bob@example.com"], "")
    assert found == {"Octo-Ann": vault.pseudonymiser.person_key("cy"), "bob@example.com": None}
