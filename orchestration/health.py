"""What `takeup watch` looks at: small files that the last run left, so that no database need be opened or free."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.workspace import Workspace

LONGEST_RUN = timedelta(hours=6)
"""As long as a run may take (orchestration/defs/automation.py); one that began before and has not ended is dead."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How far a source reached when it was published (UTC, None: no record), and how old that may become."""

    source_id: str
    newest_at: str | None
    deadline_hours: float | None


def write_health(workspace: Workspace, run_id: str, sources: list[SourceHealth]) -> None:
    """Note what was published when. The last failure is over with it."""
    document = {"run_id": run_id, "published_at": _now().isoformat(), "sources": [asdict(one) for one in sources]}
    _write(_health(workspace), document)
    _failure(workspace).unlink(missing_ok=True)


def write_failure(workspace: Workspace, run_id: str, why: str) -> None:
    """Note that a run failed; the next that publishes takes it back."""
    _write(_failure(workspace), {"run_id": run_id, "failed_at": _now().isoformat(), "why": why})


def troubles(workspace: Workspace, most_hours: float, now: datetime | None = None) -> Iterator[str]:
    """Everything that somebody should hear of, in sentences; nothing when all is well."""
    at = now or _now()
    health = _read(_health(workspace))
    if not workspace.latest.exists() or health is None:
        yield "nothing was published yet"
    else:
        age = _age(health["published_at"], at)
        if age > most_hours:
            yield f"the last publication is {age:.0f} h old, allowed are {most_hours:g} h"
        yield from _old_sources(health, at)
    failure = _read(_failure(workspace))
    if failure is not None:
        yield f"the run {failure['run_id']} failed at {failure['failed_at']}: {failure['why']}"
    started = workspace.build / "run_started.json"
    began = datetime.fromtimestamp(started.stat().st_mtime, UTC) if started.is_file() else at
    if at - began > LONGEST_RUN:
        yield f"a run began at {began:%Y-%m-%d %H:%M} UTC and never ended"


def published_at(workspace: Workspace) -> str | None:
    """When the last publication was made, in UTC; None when nothing was published."""
    health = _read(_health(workspace))
    return str(health["published_at"]) if health else None


def _old_sources(health: Mapping[str, Any], at: datetime) -> Iterator[str]:
    for source in health["sources"]:
        if source["deadline_hours"] is None:
            continue
        if source["newest_at"] is None:
            yield f"{source['source_id']} has no record yet"
        elif _age(source["newest_at"], at) > source["deadline_hours"]:
            age = _age(source["newest_at"], at)
            yield (
                f"the newest record of {source['source_id']} is {age:.0f} h old, allowed are "
                f"{source['deadline_hours']:g} h"
            )


def _age(instant: str, at: datetime) -> float:
    return (at - datetime.fromisoformat(instant)).total_seconds() / 3_600


def _now() -> datetime:
    return datetime.now(UTC)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(json.dumps(document), encoding="utf-8")
    aside.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def _health(workspace: Workspace) -> Path:
    return workspace.build / "health.json"


def _failure(workspace: Workspace) -> Path:
    return workspace.build / "run_failed.json"
