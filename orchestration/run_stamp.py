"""What the last finished run was made from, so that a run with nothing new can end at once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestration.errors import UsageError
from orchestration.warehouse import inputs_fingerprint
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RunStamp:
    """`inputs`: fingerprint of inbox, configuration and code; `day`: what the run judged as today, as it was given."""

    inputs: str
    day: str


def stamp_now(workspace: Workspace, as_of: str | None) -> RunStamp:
    """What a run would be made from now. A new day is news even without a new file: it can make a week final."""
    return RunStamp(inputs_fingerprint(workspace), as_of or datetime.now(UTC).date().isoformat())


def last_run(workspace: Workspace) -> RunStamp | None:
    """The stamp of the last run that published; None when there is none or its publication is gone."""
    stamp = _finished(workspace)
    if not stamp.is_file() or not workspace.latest.exists():
        return None
    return RunStamp(**json.loads(stamp.read_text()))


def begin(workspace: Workspace, stamp: RunStamp) -> None:
    """Note what a run is about to read. Taken before reading: a file that comes meanwhile counts as new next time."""
    workspace.build.mkdir(parents=True, exist_ok=True)
    _started(workspace).write_text(json.dumps(asdict(stamp)))


def finish(workspace: Workspace) -> None:
    """The run that began has published."""
    _started(workspace).replace(_finished(workspace))


def forget(workspace: Workspace) -> None:
    """Something came that no file tells of: the next run has news."""
    _finished(workspace).unlink(missing_ok=True)


def parse_as_of(text: str, timezone: str = "UTC") -> datetime:
    """An ISO date (its end in `timezone`, so that the date itself is over) or instant, as UTC without a zone.

    Raises UsageError for anything else. An instant without a zone is UTC.
    """
    try:
        end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), ZoneInfo(timezone))
        return end.astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text}: not a date - write it like 2026-11-08 or 2026-11-08T18:00:00Z") from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def local_day(moment: datetime, timezone: str) -> date:
    """The date in `timezone` at a moment in UTC without a zone. `--as-of DATE` is the moment the next day begins."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()


def _started(workspace: Workspace) -> Path:
    return workspace.build / "run_started.json"


def _finished(workspace: Workspace) -> Path:
    return workspace.build / "run_finished.json"
