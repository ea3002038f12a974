"""Every version of every rule that a run has enacted: what it meant, word for word, and from when it judges.

`.takeup/rule_versions.json` keeps the compiled row of each version, so that a version whose text has left the rule
files still judges what was done while it was in force, and so that a changed meaning cannot hide under an old number.
When the file is lost, the versions in the rule files are the first ones again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import orjson

from orchestration.rules.compile import RuleRow
from orchestration.workspace import Workspace

FILE = "rule_versions.json"
VersionKey = tuple[str, int]
_COLUMNS = {field.name for field in fields(RuleRow)} - {"rule_no"}
_DATES = ("effective_from", "effective_to")
_ESSENTIAL = {"tool_id", "kind", "spec", "semantic_hash", "severity"}


class Meaning(Protocol):
    """The part of a rule-book row that tells a version and what it means."""

    @property
    def rule_id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def semantic_hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Enacted:
    """One version as a run enacted it.

    `row` as compiled, None when only its hash is known. `starts_on`: its first day in force, None from the beginning.
    `run_id`: the run that enacted it. `withdrawn_by`: the run that found an older version in its place. `source`: what
    its rule file said of it, so that a later takeup can compile it in its own way; None when that was not kept.
    """

    semantic_hash: str
    row: RuleRow | None
    starts_on: date | None = None
    run_id: str = ""
    withdrawn_by: str = ""
    source: Mapping[str, Any] | None = None

    @property
    def judges(self) -> bool:
        """Whether it can judge: not withdrawn, and known in full."""
        return self.row is not None and not self.withdrawn_by


Versions = Mapping[VersionKey, Enacted]


def enacted(workspace: Workspace) -> dict[VersionKey, Enacted]:
    """Each (rule id, version) that a run has enacted; empty before the first run or when the file is unreadable."""
    try:
        data = orjson.loads(_file(workspace).read_bytes())
        return {
            (str(rule_id), int(version)): _read(int(version), str(rule_id), one)
            for rule_id, found in data.items()
            for version, one in found.items()
        }
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return {}


def recorded(workspace: Workspace) -> dict[VersionKey, str]:
    """The hash of each (rule id, version) that a run has enacted."""
    return {key: one.semantic_hash for key, one in enacted(workspace).items()}


def record(workspace: Workspace, versions: Versions) -> None:
    """Keep `versions` in place of what was kept; whole or not at all."""
    data: dict[str, dict[str, Any]] = {}
    for (rule_id, version), one in sorted(versions.items()):
        data.setdefault(rule_id, {})[str(version)] = _written(one)
    place = _file(workspace)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
    fresh.replace(place)


def is_changed(row: Meaning, known: Mapping[VersionKey, str]) -> bool:
    """Whether `row` means something else than what was recorded under its id and version."""
    return known.get((row.rule_id, row.version), row.semantic_hash) != row.semantic_hash


def next_version(rule_id: str, known: Iterable[VersionKey]) -> int:
    """The number that a changed rule should take."""
    return max((version for one, version in known if one == rule_id), default=0) + 1


def _file(workspace: Workspace) -> Path:
    return workspace.build / FILE


def _written(one: Enacted) -> dict[str, Any]:
    row = {name: getattr(one.row, name) for name in sorted(_COLUMNS)} if one.row else None
    return {
        "semantic_hash": one.semantic_hash,
        "starts_on": one.starts_on,
        "run_id": one.run_id,
        "withdrawn_by": one.withdrawn_by,
        "row": row,
        "source": one.source,
    }


def _read(version: int, rule_id: str, found: Any) -> Enacted:
    if isinstance(found, str):  # takeup 1.0 kept the hash alone
        return Enacted(found, None)
    row = _row(found["row"]) if found["row"] else None
    row = replace(row, rule_id=rule_id, version=version) if row else None
    return Enacted(
        semantic_hash=str(found["semantic_hash"]),
        row=row,
        starts_on=_day(found["starts_on"]),
        run_id=str(found["run_id"]),
        withdrawn_by=str(found["withdrawn_by"]),
        source=found.get("source"),
    )


def _row(found: Mapping[str, Any]) -> RuleRow | None:
    """The row for this version of takeup: a column that its writer did not know is empty; None when it is no rule."""
    if not set(found) >= _ESSENTIAL:
        return None
    columns: dict[str, Any] = {name: found.get(name) for name in _COLUMNS}
    columns |= {name: _day(columns[name]) for name in _DATES}
    return RuleRow(rule_no=0, **columns)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
