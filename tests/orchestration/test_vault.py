"""The vault: who people are stays sealed, and every look is written down."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from orchestration.errors import DataError
from orchestration.vault import Person, Vault
from orchestration.workspace import Workspace

ANN = Person(
    "p-001", "Ann Lee", "ann.lee@corp.example", (("email", "ann.lee@corp.example"), ("github_login", "annlee")), {}
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_the_key_is_made_once_and_readable_by_its_owner_alone(workspace: Workspace) -> None:
    first = Vault(workspace).pseudonymiser.person_key("p-001")
    assert Vault(workspace).pseudonymiser.person_key("p-001") == first
    assert (workspace.vault / "key").stat().st_mode & 0o777 == 0o600
    assert workspace.vault.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in workspace.vault.iterdir()] == ["key"]


def test_a_damaged_key_is_refused(workspace: Workspace) -> None:
    Vault(workspace)
    (workspace.vault / "key").write_bytes(b"short")
    with pytest.raises(DataError, match="put back the key"):
        Vault(workspace)


def test_what_was_sealed_can_be_unsealed_and_differs_every_time(workspace: Workspace) -> None:
    vault = Vault(workspace)
    sealed = vault.seal(b"line \xff\x00")
    assert vault.unseal(sealed) == b"line \xff\x00"
    assert vault.seal(b"line \xff\x00") != sealed


def test_a_changed_seal_or_another_key_does_not_open(workspace: Workspace, tmp_path: Path) -> None:
    vault = Vault(workspace)
    sealed = vault.seal(b"secret")
    with pytest.raises(DataError):
        vault.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(DataError):
        Vault(Workspace(tmp_path / "other")).unseal(sealed)


@pytest.mark.parametrize("identifier", ["p-001", "ANN.LEE@corp.example", "AnnLee"])
def test_a_person_is_found_by_id_and_by_alias(workspace: Workspace, identifier: str) -> None:
    vault = Vault(workspace)
    vault.remember([ANN])
    key = vault.pseudonymiser.person_key("p-001")
    assert vault.lookup([identifier, "nobody"], "test") == {identifier: key, "nobody": None}
    assert vault.reveal([key, "0" * 32], "test") == {key: ANN, "0" * 32: None}


def test_an_alias_of_two_people_finds_nobody(workspace: Workspace) -> None:
    vault = Vault(workspace)
    vault.remember([ANN, Person("p-002", None, None, (("email", "ann.lee@corp.example"),))])
    assert vault.lookup(["ann.lee@corp.example"], "test") == {"ann.lee@corp.example": None}


def test_nothing_in_the_vault_is_readable_without_the_key(workspace: Workspace) -> None:
    Vault(workspace).remember([ANN])
    everything = b"".join(path.read_bytes() for path in workspace.vault.iterdir())
    for clear in (b"Ann Lee", b"ann.lee", b"annlee", b"p-001"):
        assert clear not in everything


def test_every_look_is_logged_and_a_removed_line_is_noticed(workspace: Workspace) -> None:
    vault = Vault(workspace)
    vault.remember([ANN])
    for why in ("first", "second", "third"):
        vault.lookup(["p-001"], why)
    log = workspace.vault / "access.log"
    assert vault.is_log_intact()
    assert b'"why":"second"' in log.read_bytes()
    assert b"p-001" not in log.read_bytes()
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0] + lines[2])
    assert not vault.is_log_intact()


def test_remembering_again_replaces_what_was_known(workspace: Workspace) -> None:
    vault = Vault(workspace)
    vault.remember([ANN])
    vault.remember([Person("p-001", "Ann Ray", None, ())])
    key = vault.pseudonymiser.person_key("p-001")
    person = vault.reveal([key], "test")[key]
    assert person is not None
    assert person.name == "Ann Ray"
    with sqlite3.connect(workspace.vault / "identities.db") as connection:
        assert connection.execute("select count(*) from person").fetchone() == (1,)
