"""Which files belong to which source, and what a run would read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestration.errors import DataError
from orchestration.loading.files import InboxFile, find_files, is_ignored
from orchestration.loading.remapping import forget_changed
from orchestration.loading.session import Session
from orchestration.loading.source import Source
from orchestration.registry.mappings import is_mapping, mapping_format
from orchestration.sources import FORMATS, SourceFormat
from orchestration.sources.people import PEOPLE, with_columns
from orchestration.vault_decisions import FILE as DECISIONS
from orchestration.workspace import Workspace

COMPANY_FOLDERS = ("people", "absences", "outages", "training", "work_items", "eligible")
"""Folders of the inbox that belong to no tool; each is the name of its format, written with underscores."""

_PACKAGE = Path(__file__).resolve().parent.parent
_OWN_OUTPUT = {".takeup", "published", "reports", "vault", "__pycache__", "warehouse.duckdb", "warehouse.duckdb.wal"}


def format_named(name: str) -> SourceFormat:
    """The format that `tools.yml` or the ledger names; DataError lists those there are."""
    try:
        return FORMATS[name]
    except KeyError:
        known = ", ".join(sorted(FORMATS))
        raise DataError(f"config/tools.yml: unknown format {name!r} - takeup reads {known}") from None


def company_format(session: Session, name: str) -> SourceFormat:
    """Like `format_named`, with what the company says: its mapping files, its rosters' names of columns.

    Raises ConfigError for a mapping file that has mistakes.
    """
    if is_mapping(name):
        return mapping_format(session.workspace, name)
    columns = session.roster_columns() if name == PEOPLE.name else {}
    return with_columns(columns) if columns else format_named(name)


def tool_files(session: Session, tool_id: str) -> Iterator[tuple[Source, InboxFile, str | None]]:
    """(source, file, why it cannot be read) of one tool, as raw.tool_source places them.

    A file whose ending none of the tool's sources reads comes once, under the first source that finds it.
    """
    sources = _tool_sources(session, tool_id)
    for source, path in sources:
        forget_changed(session, source, path)
    yield from _found(session, sources)


def all_files(session: Session) -> Iterator[tuple[Source, InboxFile, str | None]]:
    """(source, file, why it cannot be read) of all that a run would look at; the warehouse stays as it is."""
    yield from company_files(session)
    for (tool_id,) in session.rows("select tool_id from raw.tool order by tool_id"):
        yield from _found(session, _tool_sources(session, tool_id))


def _tool_sources(session: Session, tool_id: str) -> list[tuple[Source, str]]:
    rows = session.rows(
        "select source_id, format, path from raw.tool_source where tool_id = ? order by source_id", [tool_id]
    )
    return [(Source(source_id, tool_id, company_format(session, name)), path) for source_id, name, path in rows]


def _found(session: Session, sources: Sequence[tuple[Source, str]]) -> Iterator[tuple[Source, InboxFile, str | None]]:
    unread: dict[str, tuple[Source, InboxFile]] = {}
    read: set[str] = set()
    for source, path in sources:
        for file in find_files(session.workspace.root, path):
            if is_read_by(source.format, file):
                read.add(file.relative)
                yield source, file, file.refusal
            else:
                unread.setdefault(file.relative, (source, file))
    for relative, (source, file) in unread.items():
        if relative not in read:
            yield source, file, file.refusal or wrong_ending(source.format)


def company_files(session: Session) -> Iterator[tuple[Source, InboxFile, str | None]]:
    """(source, file, why it cannot be read) of rosters, absences, outages, training, work items and eligible lists."""
    tools = [str(row[0]) for row in session.rows("select tool_id from raw.tool")]
    for folder in COMPANY_FOLDERS:
        known = company_format(session, folder.replace("_", "-"))
        for file in find_files(session.workspace.root, f"inbox/{folder}"):
            tool_id = _tool_of(file, tools) if folder == "eligible" else None
            why = file.refusal
            if not is_read_by(known, file):
                why = wrong_ending(known)
            elif folder == "eligible" and tool_id is None:
                why = "the file's name begins with no tool's id - name it <tool_id>.csv"
            source_id = f"{tool_id}/eligible" if tool_id else folder
            yield Source(source_id, tool_id, known), file, why


def is_read_by(known: SourceFormat, file: InboxFile) -> bool:
    """Whether the format picks up files with this ending."""
    return file.path.name.lower().removesuffix(".gz").endswith(known.suffixes)


def wrong_ending(known: SourceFormat) -> str:
    """What to tell about a file whose ending its format does not read."""
    endings = ", ".join(known.suffixes)
    return f"{known.name} reads files that end in {endings} (and .gz) - rename the file or move it away"


def inputs_fingerprint(workspace: Workspace, *extra: str) -> str:
    """A digest of everything a run depends on; equal digests mean that a run would find nothing new.

    Names, sizes and times of the workspace's files (whole content of the small ones under config), the program's own
    files, and whatever the caller adds (the as-of date: a new day can close a week without a new file).
    """
    digest = hashlib.sha256("\0".join(extra).encode())
    for line in (*_facts(workspace.root, _OWN_OUTPUT), *_facts(_PACKAGE), *_facts(_PACKAGE.parent / "dbt_project")):
        digest.update(line.encode("utf-8", "surrogateescape"))
    for path in sorted(workspace.config.rglob("*.yml")):
        digest.update(path.read_bytes())
    for path in (workspace.vault / "key", workspace.vault / DECISIONS):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _facts(root: Path, passed_over: set[str] | frozenset[str] = frozenset({"__pycache__"})) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in passed_over and not name.startswith("."))
        for name in sorted(names):
            if name not in passed_over and not is_ignored(name):  # what grows unseen must not look like news
                path = Path(folder, name)
                facts = path.lstat()
                yield f"{path.relative_to(root)}\0{facts.st_size}\0{facts.st_mtime_ns}\n"


def _tool_of(file: InboxFile, tools: Sequence[str]) -> str | None:
    fitting = [tool for tool in tools if file.path.name.startswith(tool)]
    return max(fitting, key=len, default=None)
