"""A person's rows in DuckDB files, and the files written anew: a deleted row stays in the bytes of a file for ever."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5
from pathlib import Path

import duckdb

from orchestration.erased import ERASED
from orchestration.errors import DataError
from orchestration.loading.datasets import DATASETS
from orchestration.loading.quarantine import move_lines
from orchestration.loading.session import Session
from orchestration.publication import ASIDE
from orchestration.vault_erasure import Subject

_WHOSE = ("person_no", "known_no", "actor_no", "alias_no", "linked_alias_no", "person_key", "known_key")
"""Columns that say whose a row is."""
_BESIDE = ("manager_no", "manager_key")
"""Columns that name somebody beside: the row is another's, and stays."""
_KEPT_ROWS = ("touched_day",)
"""Tables whose rows count the changes: they stay, and name nobody."""
_OF_NOBODY = ("published_status",)
"""Tables from which the next run explains why figures of all have moved, and which it then replaces: until then their
rows stand under a random number, as those of somebody who has left."""
_COLUMNS = """
    select c.schema_name, c.table_name, c.column_name, c.data_type
    from duckdb_columns() as c
    join duckdb_tables() as t using (database_oid, schema_oid, table_oid)
    where c.database_name = current_database() and c.column_name in (select unnest($names::varchar[]))
    order by all
"""


def count_rows(connection: duckdb.DuckDBPyConnection, subject: Subject) -> dict[str, int]:
    """`schema.table` -> rows that are theirs; tables without such rows are left out."""
    found = {}
    for table, columns in _tables(connection, _WHOSE).items():
        sql = f"select count(*) from {table} where {_condition(columns)}"
        (count,) = connection.execute(sql, _values(subject, columns)).fetchall()[0]
        if count:
            found[table] = int(count)
    return found


def strike(connection: duckdb.DuckDBPyConnection, subject: Subject) -> None:
    """Delete their rows, and take their number out of the rows of others; in the caller's transaction."""
    for table, columns in _tables(connection, _BESIDE).items():
        _blank_out(connection, table, columns, subject)
    for table, columns in _tables(connection, _WHOSE).items():
        name = table.split(".")[1].strip('"')
        if name in _KEPT_ROWS:
            _blank_out(connection, table, columns, subject)
        elif name in _OF_NOBODY:
            values = {**_values(subject, columns), "stranger": secrets.randbits(62)}
            connection.execute(f"update {table} set person_no = $stranger where {_condition(columns)}", values)
        else:
            connection.execute(f"delete from {table} where {_condition(columns)}", _values(subject, columns))


def move_loaded_lines(session: Session, subject: Subject) -> None:
    """Before their rows go: the lines of them count as blank from now on."""
    own = _tables(session.connection, _WHOSE)
    for dataset in DATASETS.values():
        columns = own.get(_quoted(*dataset.table.split(".")))
        if columns:
            sql = (
                f"select load_id, sum(lines)::bigint from {dataset.table} where {_condition(columns)} group by load_id"
            )
            for load_id, lines in session.connection.execute(sql, _values(subject, columns)).fetchall():
                session.run(
                    "update raw.load set lines_loaded = lines_loaded - ?, lines_blank = lines_blank + ? "
                    "where load_id = ?",
                    [lines, lines, load_id],
                )


def quarantined(session: Session, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, int, int, bytes]]:
    """(rowid, load_id, lines, bytes) of entries of the quarantine that name them."""
    for row_no, load_id, lines, sealed in session.rows("select rowid, load_id, lines, raw_sealed from raw.quarantine"):
        raw = session.vault.unseal(sealed)
        if pattern.search(raw):
            yield row_no, load_id, lines, raw


def strike_quarantine(session: Session, pattern: re.Pattern[bytes]) -> None:
    """A broken line that names them goes and counts as blank; of many that are broken as one, their name alone goes."""
    vault = session.vault
    for row_no, load_id, lines, raw in list(quarantined(session, pattern)):
        if lines <= 1:
            session.run("delete from raw.quarantine where rowid = ?", [row_no])
            move_lines(session, load_id, lines, "blank")
            continue
        kept = pattern.sub(ERASED, raw)
        digest = md5(vault.pseudonymiser.salt + kept, usedforsecurity=False).hexdigest()
        session.run(
            "update raw.quarantine set raw_sealed = ?, raw_digest = ?::uuid where rowid = ?",
            [vault.seal(kept), digest, row_no],
        )


def write_anew(path: Path, spill: Path) -> None:
    """Copy a database into a new file and put that in its place, at once or not at all, with its time and rights.

    `spill` is a folder for what does not fit in memory.
    """
    aside = path.with_name(f".{path.name}.fresh")
    for stale in (aside, _wal(aside)):
        stale.unlink(missing_ok=True)
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(spill)}) as copy:
        copy.execute(f"attach '{_escaped(path)}' as present")
        copy.execute(f"attach '{_escaped(aside)}' as fresh")
        copy.execute("copy from database present to fresh")
        if _sizes(copy, "present") != _sizes(copy, "fresh"):
            raise DataError(f"{path}: the copy without the person has other rows - nothing was replaced; run it again")
        copy.execute("detach fresh")
        copy.execute("detach present")
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    shutil.copystat(path, aside)
    _wal(path).unlink(missing_ok=True)  # attaching has written it into the file already
    aside.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def publication_anew(path: Path, subjects: Sequence[Subject], spill: Path) -> None:
    """A publication without their rows under the same name; whoever has the former one open keeps reading that."""
    aside = path.with_name(f"{ASIDE}{path.name}")
    aside.unlink(missing_ok=True)
    _wal(aside).unlink(missing_ok=True)
    shutil.copyfile(path, aside)
    with duckdb.connect(str(aside)) as connection:
        connection.begin()
        for subject in subjects:
            strike(connection, subject)
        connection.commit()
    write_anew(aside, spill)
    shutil.copystat(path, aside)
    aside.replace(path)


def _sizes(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? order by all", [database]
    ).fetchall()
    return {
        _quoted(*table): int(connection.execute(f"select count(*) from {database}.{_quoted(*table)}").fetchall()[0][0])
        for table in tables
    }


def _tables(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Table -> those of the columns that it has, with their type."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(_COLUMNS, {"names": list(names)}).fetchall():
        found.setdefault(_quoted(schema, table), {})[column] = kind
    return found


def _blank_out(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], subject: Subject) -> None:
    for column, kind in columns.items():
        one = {column: kind}
        connection.execute(f"update {table} set {column} = null where {_condition(one)}", _values(subject, one))


def _condition(columns: Mapping[str, str]) -> str:
    wanted = {"VARCHAR": "select unnest($keys::varchar[])"}
    return " or ".join(
        f"{column} in ({wanted.get(kind, 'select unnest($numbers::bigint[])')})" for column, kind in columns.items()
    )


def _values(subject: Subject, columns: Mapping[str, str]) -> dict[str, list[str] | list[int]]:
    values: dict[str, list[str] | list[int]] = {}
    if "VARCHAR" in columns.values():
        values["keys"] = [subject.person_key]
    if set(columns.values()) - {"VARCHAR"}:
        values["numbers"] = sorted(subject.numbers)
    return values


def _quoted(schema: str, table: str) -> str:
    return f'"{schema}"."{table}"'


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")
