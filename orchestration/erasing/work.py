"""Erasing people from a workspace: what would go, and then all of it, in an order in which it can be taken up again.

First the vault marks them, so that nothing of them is loaded any more; last it forgets them. Whatever ends an erasure
in between, the same command goes on with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration import refresh, run_stamp
from orchestration.erased import ERASED, pattern_of
from orchestration.erasing.databases import (
    count_rows,
    move_loaded_lines,
    publication_anew,
    quarantined,
    strike,
    strike_quarantine,
    write_anew,
)
from orchestration.erasing.files import FileFinding, Reader, is_named_in_file, rewrite, walk
from orchestration.erasing.subjects import find_subjects, with_met_names
from orchestration.errors import UsageError
from orchestration.loading import plans
from orchestration.loading.history import remember
from orchestration.loading.inbox import all_files
from orchestration.loading.lock import writer_lock
from orchestration.loading.session import Session
from orchestration.opening import connected
from orchestration.publication import publications
from orchestration.vault import Vault
from orchestration.vault_erasure import Subject
from orchestration.workspace import Workspace

_FROM_CONFIG = {'"raw"."eligible_listed"', '"raw"."tool_contact"'}


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything of one person, before anything is done."""

    subject: Subject
    pattern: re.Pattern[bytes]
    files: tuple[FileFinding, ...]
    rows: dict[str, int]
    """Table of the warehouse -> rows."""
    broken: int
    published: dict[str, int]
    """File of a publication -> rows."""


@dataclass(slots=True)
class Outcome:
    """What was found, whether it was done, and what must be handled by hand: (path, why)."""

    findings: list[Findings]
    is_done: bool = False
    left: list[tuple[str, str]] = field(default_factory=list)


def erase(
    workspace: Workspace, identifiers: Sequence[str], why: str, may_go_on: Callable[[list[Findings]], bool]
) -> Outcome:
    """Erase people, once `may_go_on` has agreed to what was found. Nobody else writes to the workspace meanwhile.

    Raises UsageError when an identifier is nobody's, a decision about them stands or the configuration names them.
    """
    with writer_lock(workspace):
        with connected(workspace) as connection:
            session = _session(workspace, connection)
            findings = [_find(session, subject) for subject in find_subjects(session, identifiers, why)]
            _refuse_configured(workspace, findings)
        outcome = Outcome(findings)
        if may_go_on(findings):
            _carry_out(workspace, findings)
            outcome.is_done = True
            outcome.left = _end(workspace, findings)
            Vault(workspace).note("erase", len(findings), why)
    return outcome


def _session(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> Session:
    return Session(workspace, connection, Vault(workspace), datetime.now(UTC).replace(tzinfo=None))


def _find(session: Session, subject: Subject) -> Findings:
    """Files are read again for as long as they tell of further names of the same account."""
    while True:
        pattern = pattern_of(subject.texts)
        reader = Reader(session, subject, pattern)
        files = [reader.find(source, file) for source, file, why in all_files(session) if why is None]
        wider = with_met_names(session, subject, reader.met)
        if wider == subject:
            break
        subject = wider
    broken = sum(max(lines, 1) for _, _, lines, _ in quarantined(session, pattern))
    touched = tuple(each for each in files if each.is_touched)
    rows = count_rows(session.connection, subject)
    return Findings(subject, pattern, touched, rows, broken, _published(session.workspace, subject))


def _published(workspace: Workspace, subject: Subject) -> dict[str, int]:
    found = {}
    for path in sorted(publications(workspace.published)):
        with duckdb.connect(str(path), read_only=True) as connection:
            if count := sum(count_rows(connection, subject).values()):
                found[path.relative_to(workspace.root).as_posix()] = count
    return found


def _refuse_configured(workspace: Workspace, findings: Sequence[Findings]) -> None:
    """What the configuration says of somebody would stand in the warehouse again after the next run."""
    for each in findings:
        named = [path for path in walk([workspace.config]) if each.pattern.search(path.read_bytes())]
        listed = sorted(_FROM_CONFIG & each.rows.keys())
        if named or listed:
            where = ", ".join(map(str, named)) or f"{workspace.tools_file} (as the last run has read it)"
            raise UsageError(
                f"{where}: names {each.subject.person_id} - name somebody else there (owner, contact, list of people), "
                "then takeup run, then erase"
            )


def _carry_out(workspace: Workspace, findings: Sequence[Findings]) -> None:
    vault = Vault(workspace)
    for each in findings:
        vault.erasures.begin(each.subject)
    run_stamp.forget(workspace)
    # The next run explains why figures have moved by what was published of people: it is kept before it goes.
    with connected(workspace) as connection:
        remember(_session(workspace, connection))
    _clean_files(workspace, findings)
    _clean_publications(workspace, [each.subject for each in findings])
    _clean_scratch(workspace)
    _clean_warehouse(workspace, findings)
    for each in findings:
        vault.erasures.forget(each.subject, lambda content, names=each.pattern: names.sub(ERASED, content))  # type: ignore[misc]


def _clean_files(workspace: Workspace, findings: Sequence[Findings]) -> None:
    with connected(workspace) as connection:
        session = _session(workspace, connection)
        for place, each in enumerate(findings):
            # What one person's lines were may have moved when another's went.
            files = each.files if not place else _find(session, each.subject).files
            for finding in files:
                if finding.by_hand is None:
                    rewrite(session, finding, each.pattern)


def _clean_publications(workspace: Workspace, subjects: Sequence[Subject]) -> None:
    for path in sorted(publications(workspace.published)):
        publication_anew(path, subjects, workspace.build / "spill")


def _clean_scratch(workspace: Workspace) -> None:
    """The next run makes the marts anew; what a killed replay left lies in the vault."""
    marts = workspace.marts
    for path in (marts, marts.with_name(f"{marts.name}.wal"), *workspace.vault.glob(".replay-*")):
        path.unlink(missing_ok=True)
    for path in walk([workspace.build / "spill"]):
        path.unlink(missing_ok=True)


def _clean_warehouse(workspace: Workspace, findings: Sequence[Findings]) -> None:
    with connected(workspace) as connection:
        session = _session(workspace, connection)
        with session.transaction(), plans.entries_may_go(session):
            for each in findings:
                move_loaded_lines(session, each.subject)
                strike(connection, each.subject)
                strike_quarantine(session, each.pattern)
            with suppress(duckdb.CatalogException):
                refresh.forget(session)
    write_anew(workspace.warehouse, workspace.build / "spill")


def _end(workspace: Workspace, findings: Sequence[Findings]) -> list[tuple[str, str]]:
    """What is left of them anywhere but in the vault; of whom nothing is, the erasure has ended."""
    vault = Vault(workspace)
    left: dict[str, str] = {}
    for each in findings:
        mine = {one.file.relative: one.by_hand for one in each.files if one.by_hand and one.file.path.exists()}
        names = pattern_of([*each.subject.texts, each.subject.person_key])
        for path in walk([workspace.root]):
            relative = path.relative_to(workspace.root).as_posix()
            if not _is_in(path, workspace.vault) and relative not in mine and is_named_in_file(path, names):
                mine[relative] = "it names them - take it away, or write it anew without them"
        if not mine:
            vault.erasures.end(each.subject)
        left |= mine
    return sorted(left.items())


def _is_in(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)
