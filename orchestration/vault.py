"""The vault: the pseudonymisation key and the sealed identities, in a folder of their own.

The folder never leaves the machine: not in the warehouse, not in a publication, not in a report. Losing `vault/key`
means that people can no longer be named; whoever has it can name them. Every look-up is written to
`vault/access.log`, each line chained to the one before by a hash, so that a line taken out is noticed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from orchestration import journal
from orchestration.decided_keys import DecidedKeys
from orchestration.erased import Marks
from orchestration.errors import DataError
from orchestration.identity import pseudonymiser_of
from orchestration.identity_decisions import standing
from orchestration.sources.records import Identity
from orchestration.vault_decisions import DecisionBook
from orchestration.vault_erasure import ErasureBook
from orchestration.workspace import Workspace

_KEY_BYTES = 32
_NONCE_BYTES = 12
UNKNOWN_KEPT = timedelta(days=180)
"""For how long an account that nobody on a roster has is kept, sealed, so that its person can be suggested."""
_SCHEMA = """
create table if not exists person (person_key text primary key, sealed blob not null);
create table if not exists alias (alias_no integer not null, person_key text not null,
                                  primary key (alias_no, person_key)) without rowid;
create table if not exists namespace (name text primary key);
create table if not exists unknown (alias_no integer not null, tool_id text not null, sealed blob not null,
                                    seen_on text not null, primary key (alias_no, tool_id)) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Person:
    """What the vault knows of one person. `aliases` are (namespace, value); `details` further personal columns."""

    person_id: str
    name: str | None = None
    email: str | None = None
    aliases: tuple[tuple[str, str], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnknownAccount:
    """An account of a tool's logs that nobody on a roster has, under all the names it goes by, preferred first."""

    tool_id: str
    names: tuple[Identity, ...]
    seen_on: date


class Vault:
    """The sealed identities of one workspace. Creates its folder (0700) and key (0600) on first use."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.vault
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        key = _read_or_make_key(self._folder / "key")
        self.pseudonymiser = pseudonymiser_of(_derive(key, b"takeup pseudonyms"))
        self._cipher = AESGCM(_derive(key, b"takeup seal"))
        self.decisions = DecisionBook(self._folder, self.seal, self.unseal)
        marks = Marks(_derive(key, b"takeup erased"))
        self.erasures = ErasureBook(self._folder / "identities.db", marks, self.seal, self.unseal)

    def seal(self, content: bytes) -> bytes:
        """`content` encrypted and authenticated (AES-256-GCM); a random nonce stands before it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def unseal(self, sealed: bytes) -> bytes:
        """What `seal` was given. Raises DataError when the bytes were changed or sealed with another key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag:
            raise DataError(
                f"{self._folder / 'key'}: does not open what this workspace has sealed - "
                "put back the key with which the workspace was loaded"
            ) from None

    def remember(self, people: Iterable[Person]) -> None:
        """Seal and keep these people under their person_key; what was known of them before is replaced."""
        number = self.pseudonymiser
        rows = [(number.person_key(person.person_id), person) for person in people]
        aliases = [
            (number.alias_no(namespace, value), key)
            for key, person in rows
            for namespace, value in (("person_id", person.person_id), *person.aliases)
        ]
        with self._identities() as connection:
            connection.executemany(
                "insert into person values (?, ?) on conflict do update set sealed = excluded.sealed",
                [(key, self.seal(_to_json(person))) for key, person in rows],
            )
            connection.executemany("insert or ignore into alias values (?, ?)", aliases)
            names = {namespace for _, person in rows for namespace, _ in person.aliases}
            connection.executemany("insert or ignore into namespace values (?)", [(name,) for name in sorted(names)])

    def lookup(self, identifiers: Sequence[str], why: str) -> dict[str, str | None]:
        """The person_key of each person_id or e-mail, login, ...; None: nobody, or more than one, has it.

        Of people who were decided to be one, the key is that of the person who stays.
        """
        decided = self._decided()
        with self._identities() as connection:
            namespaces = self._namespaces(connection)
            found = {identifier: self._find(connection, identifier, namespaces, decided) for identifier in identifiers}
        self.note("lookup", len(identifiers), why)
        return found

    def reveal(self, person_keys: Sequence[str], why: str) -> dict[str, Person | None]:
        """Who the people behind these keys are; None where the vault does not know one."""
        with self._identities() as connection:
            found = {key: self._person(connection, key) for key in person_keys}
        self.note("reveal", len(person_keys), why)
        return found

    def is_of_others(self, number: int, person_key: str) -> bool:
        """Whether the alias of this number is, or was, somebody else's too by a roster."""
        with self._identities() as connection:
            found = connection.execute(
                "select 1 from alias where alias_no = ? and person_key <> ? limit 1", (number, person_key)
            )
            return found.fetchone() is not None

    def knows(self, person_id: str) -> bool:
        """Whether somebody of this very person_id was ever on a roster, or is by a decision."""
        key = self.pseudonymiser.person_key(person_id)
        with self._identities() as connection:
            return key in self._decided().names or _is_person(connection, key)

    def everybody(self, why: str) -> list[Person]:
        """Everybody who was ever on a roster, as last seen there."""
        with self._identities() as connection:
            rows = connection.execute("select sealed from person order by person_key").fetchall()
        self.note("reveal", len(rows), why)
        return [_from_json(self.unseal(row[0])) for row in rows]

    def keep_unknown(self, tool_id: str, accounts: Mapping[int, tuple[Identity, ...]], seen_on: date) -> None:
        """Seal and keep accounts that nobody on a roster has, by the number of their first name."""
        rows = [
            (number, tool_id, self.seal(orjson.dumps([(one.namespace, one.value) for one in names])), str(seen_on))
            for number, names in accounts.items()
        ]
        with self._identities() as connection:
            connection.executemany("insert or replace into unknown values (?, ?, ?, ?)", rows)

    def forget_unknown(self, today: date) -> int:
        """Let go of unknown accounts that no log has named for UNKNOWN_KEPT; how many."""
        with self._identities() as connection:
            return connection.execute("delete from unknown where seen_on < ?", (str(today - UNKNOWN_KEPT),)).rowcount

    def unknown_accounts(self, why: str, tool_id: str | None = None) -> list[UnknownAccount]:
        """The accounts of one tool's logs, or of all, that are still nobody's by roster and decisions."""
        decided = self._decided()
        with self._identities() as connection:
            rows = connection.execute(
                "select tool_id, sealed, seen_on from unknown where ?1 is null or tool_id = ?1 "
                "order by tool_id, alias_no",
                (tool_id,),
            ).fetchall()
            accounts = [self._account(*row) for row in rows]
            found = [one for one in accounts if not self._is_known(connection, one, decided)]
        self.note("unknown", len(found), why)
        return found

    def is_log_intact(self) -> bool:
        """Whether every line of the access log still follows from the line before it."""
        return journal.is_intact(self._folder / "access.log")

    def _find(
        self, connection: sqlite3.Connection, identifier: str, namespaces: Sequence[str], decided: DecidedKeys
    ) -> str | None:
        key = self.pseudonymiser.person_key(identifier)
        if key in decided.listed_under or _is_person(connection, key):
            return decided.current(key)
        accounts = decided.holders(identifier)
        keys = accounts or self._holders(connection, [Identity(name, identifier) for name in namespaces], decided)
        return next(iter(keys)) if len(keys) == 1 else None

    def _holders(
        self, connection: sqlite3.Connection, names: Iterable[Identity], decided: DecidedKeys
    ) -> set[str | None]:
        """Everybody who ever had one of these names by a roster; None stands for one of those who share an id."""
        numbers = [self.pseudonymiser.alias_no(one.namespace, one.value) for one in names]
        marks = ", ".join("?" * len(numbers))
        rows = connection.execute(f"select distinct person_key from alias where alias_no in ({marks})", numbers)
        return {None if row[0] in decided.split_keys else decided.current(row[0]) for row in rows}

    def _is_known(self, connection: sqlite3.Connection, account: UnknownAccount, decided: DecidedKeys) -> bool:
        return any(map(decided.has_account, account.names)) or bool(self._holders(connection, account.names, decided))

    def _person(self, connection: sqlite3.Connection, key: str) -> Person | None:
        """Of an id that two people had, rosters tell only of the later one: the vault knows no name of the first."""
        decided = self._decided()
        source = decided.listed_under.get(key, key)
        row = connection.execute("select sealed from person where person_key = ?", (source,)).fetchone()
        person = _from_json(self.unseal(row[0])) if row else None
        if person is None or key not in decided.names:
            return person
        return Person(person.person_id) if key in decided.split_keys else replace(person, person_id=decided.names[key])

    def _namespaces(self, connection: sqlite3.Connection) -> list[str]:
        return [str(row[0]) for row in connection.execute("select name from namespace")]

    def _account(self, tool_id: str, sealed: bytes, seen_on: str) -> UnknownAccount:
        names = tuple(Identity(*one) for one in orjson.loads(self.unseal(sealed)))
        return UnknownAccount(tool_id, names, date.fromisoformat(seen_on))

    def _decided(self) -> DecidedKeys:
        return DecidedKeys(self.pseudonymiser, standing(self.decisions.taken()))

    @contextmanager
    def _identities(self) -> Iterator[sqlite3.Connection]:
        path = self._folder / "identities.db"
        with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
            path.chmod(0o600)
            connection.executescript(_SCHEMA)
            yield connection

    def note(self, action: str, count: int, why: str) -> None:
        """Write into the access log that something was read about so many people."""
        journal.append(self._folder / "access.log", {"action": action, "count": count, "why": why})


def _is_person(connection: sqlite3.Connection, key: str) -> bool:
    return bool(connection.execute("select 1 from person where person_key = ?", (key,)).fetchone())


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(key)


def _read_or_make_key(path: Path) -> bytes:
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise DataError(f"{path}: is not a key of {_KEY_BYTES} bytes - put back the key of this workspace")
    return key


def _make_key(path: Path) -> None:
    """Write the key aside and link it into place: a crash leaves no half key, two creators end with one key."""
    aside = path.with_name(f".key.{os.getpid()}")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, os.urandom(_KEY_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def _to_json(person: Person) -> bytes:
    content = {
        "person_id": person.person_id,
        "name": person.name,
        "email": person.email,
        "aliases": person.aliases,
        "details": person.details,
    }
    return orjson.dumps(content, default=str)


def _from_json(content: bytes) -> Person:
    fields = orjson.loads(content)
    aliases = tuple((str(namespace), str(value)) for namespace, value in fields["aliases"])
    return Person(fields["person_id"], fields["name"], fields["email"], aliases, fields["details"])
