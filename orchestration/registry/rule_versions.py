"""What each rule version meant when it was last enacted, so that a changed meaning cannot hide under an old number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import orjson

from orchestration.workspace import Workspace

FILE = "rule_versions.json"


class Meaning(Protocol):
    """The part of a rule-book row that tells a version and what it means."""

    @property
    def rule_id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def semantic_hash(self) -> str: ...


def recorded(workspace: Workspace) -> dict[tuple[str, int], str]:
    """The hash of each (rule id, version) that a run has enacted; empty before the first run or when unreadable."""
    try:
        data = orjson.loads(_file(workspace).read_bytes())
        return {(rule_id, int(version)): str(one) for rule_id, found in data.items() for version, one in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}  # a lost record only means that a change cannot be noticed


def record(workspace: Workspace, rows: Iterable[Meaning]) -> None:
    """Remember the meaning of `rows`; versions that have left the rule files stay recorded."""
    kept = recorded(workspace) | {(row.rule_id, row.version): row.semantic_hash for row in rows}
    data: dict[str, dict[str, str]] = {}
    for (rule_id, version), semantic_hash in sorted(kept.items()):
        data.setdefault(rule_id, {})[str(version)] = semantic_hash
    place = _file(workspace)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
    fresh.replace(place)


def is_changed(row: Meaning, known: Mapping[tuple[str, int], str]) -> bool:
    """Whether `row` means something else than what was recorded under its id and version."""
    return known.get((row.rule_id, row.version), row.semantic_hash) != row.semantic_hash


def next_version(rule_id: str, known: Mapping[tuple[str, int], str]) -> int:
    """The number that a changed rule should take."""
    return max((version for one, version in known if one == rule_id), default=0) + 1


def _file(workspace: Workspace) -> Path:
    return workspace.build / FILE
