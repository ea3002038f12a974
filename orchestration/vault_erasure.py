"""What the vault keeps of people who were erased: digests by which they are known again, and what is still to be done.

An erasure that was begun stands here, sealed, until nothing of the person is left: whoever ends it in the middle can
go on. Then its row is overwritten, and only digests under a key of their own remain.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from orchestration.erased import Erased, Marks
from orchestration.sources.records import Identity

_SCHEMA = """
create table if not exists erased (mark blob primary key, words integer not null) without rowid;
create table if not exists erasing (person_key text primary key, sealed blob not null);
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody who is to be erased: every name they go by alone, and every number that stands for them."""

    person_id: str
    person_key: str
    names: tuple[Identity, ...]
    """What records name them by; not what other people have as well."""
    texts: tuple[str, ...]
    """Which of their names are looked for in texts."""
    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class ErasureBook:
    """The erasures of one vault. `seal` and `unseal` are the vault's."""

    path: Path
    marks: Marks
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]

    def erased(self) -> Erased:
        """Everybody who was ever erased here."""
        if not self.path.is_file():
            return Erased(self.marks, {})
        with self._open() as connection:
            return Erased(self.marks, dict(connection.execute("select mark, words from erased")))

    def pending(self) -> list[Subject]:
        """Erasures that were begun and have not ended."""
        with self._open() as connection:
            rows = connection.execute("select sealed from erasing order by person_key").fetchall()
        return [_subject(self.unseal(row[0])) for row in rows]

    def begin(self, subject: Subject) -> None:
        """From now on nothing of them is loaded, whatever becomes of the rest."""
        content = asdict(subject) | {"numbers": sorted(subject.numbers)}
        content["names"] = [(one.namespace, one.value) for one in subject.names]
        with self._open() as connection, connection:
            connection.executemany(
                "insert or ignore into erased values (?, ?)", self.marks.rows(subject.numbers, subject.texts)
            )
            connection.execute(
                "insert or replace into erasing values (?, ?)", (subject.person_key, self.seal(orjson.dumps(content)))
            )

    def forget(self, subject: Subject, hide: Callable[[bytes], bytes]) -> None:
        """Let go of them in what the vault knows. `hide` takes their names out of what is known of other people."""
        with self._open() as connection, connection:
            connection.execute("delete from person where person_key = ?", (subject.person_key,))
            connection.execute("delete from alias where person_key = ?", (subject.person_key,))
            numbers = [(number,) for number in subject.numbers]
            connection.executemany("delete from alias where alias_no = ?", numbers)
            for number, tool_id, sealed in connection.execute(
                "select alias_no, tool_id, sealed from unknown"
            ).fetchall():
                names = [Identity(*one) for one in orjson.loads(self.unseal(sealed))]
                if number in subject.numbers or not set(names).isdisjoint(subject.names):
                    connection.execute("delete from unknown where alias_no = ? and tool_id = ?", (number, tool_id))
            for key, sealed in connection.execute("select person_key, sealed from person").fetchall():
                content = self.unseal(sealed)
                if (hidden := hide(content)) != content:
                    connection.execute("update person set sealed = ? where person_key = ?", (self.seal(hidden), key))
        self._rewrite()

    def end(self, subject: Subject) -> None:
        """Nothing is left of them: the erasure itself goes too."""
        with self._open() as connection, connection:
            connection.execute("delete from erasing where person_key = ?", (subject.person_key,))
        self._rewrite()

    def _rewrite(self) -> None:
        with self._open() as connection:
            connection.execute("vacuum")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.execute("pragma secure_delete = on")
            connection.executescript(_SCHEMA)
            yield connection


def _subject(content: bytes) -> Subject:
    fields = orjson.loads(content)
    names = tuple(Identity(*one) for one in fields["names"])
    return Subject(
        fields["person_id"], fields["person_key"], names, tuple(fields["texts"]), frozenset(fields["numbers"])
    )
