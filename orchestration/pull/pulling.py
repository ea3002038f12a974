"""Fetch what is due for the sources of a workspace that pull, one after another; one that fails stops no other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from orchestration.errors import DataError, TakeupError
from orchestration.pull.client import Client, Patience, RequestError
from orchestration.pull.landing import SourceLanding, Step, Window
from orchestration.pull.reports import report_of
from orchestration.pull.visits import NothingYetError, Report, StaleCursorError, Visit
from orchestration.pull.windows import DAY, Cadence, asked, due
from orchestration.registry.loading import Registry
from orchestration.registry.models import Tool
from orchestration.registry.pull_models import PullSpec
from orchestration.workspace import Workspace

_MOST_PAGES = 100_000
Tell = Callable[[int, int, str, str], None]
"""Windows done, windows in all, the source, the window under way."""


@dataclass(frozen=True, slots=True)
class PulledSource:
    """One source that a vendor's API delivers."""

    tool_id: str
    name: str
    """Within the tool; also the folder's name."""
    title: str
    """`GitHub users-1-day`."""
    spec: PullSpec
    folder: Path
    since: date

    @property
    def report(self) -> Report:
        return report_of(self.spec)

    @property
    def cadence(self) -> Cadence:
        """The report's, with the company's own number of days to read again."""
        own = self.spec.reread_days
        found = self.report.cadence
        return found if own is None or found.is_snapshot else replace(found, reread_days=own)

    @property
    def landing(self) -> SourceLanding:
        return SourceLanding(self.folder, self.tool_id, self.name)


@dataclass(frozen=True, slots=True)
class Span:
    """Days to fetch whether or not they are due; None: as far as there is anything."""

    first: date | None = None
    last: date | None = None

    @property
    def is_open(self) -> bool:
        """Nothing was asked for: fetch what is due."""
        return self.first is None and self.last is None


@dataclass(slots=True)
class Pulled:
    """What came of one source. `windows` are complete; `absent` is what the vendor does not have yet."""

    tool_id: str
    source: str
    title: str
    windows: list[str]
    absent: list[str]
    files: int = 0
    bytes: int = 0
    error: str | None = None

    def document(self) -> dict[str, Any]:
        return asdict(self)


def sources_of(workspace: Workspace, registry: Registry, tool_id: str | None = None) -> list[PulledSource]:
    """The sources that pull, of one tool or of all, in the order of tools.yml."""
    return [source for tool in registry.tools if tool_id in (None, tool.id) for source in _of_tool(workspace, tool)]


def _of_tool(workspace: Workspace, tool: Tool) -> Iterator[PulledSource]:
    for source in tool.sources:
        if source.pull is not None and source.path is not None:
            folder = workspace.root / source.path
            title = f"{source.pull.of.title} {source.pull.report}"
            since = source.pull.since or tool.live_from
            yield PulledSource(tool.id, folder.name, title, source.pull, folder, since)


def pull(
    sources: Sequence[PulledSource],
    span: Span | None = None,
    *,
    patience: Patience | None = None,
    tell: Tell = lambda *_: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Pulled]:
    """Fetch what is due (or the days of `span`) of every source. What goes wrong stands in each one's `error`."""
    plan = [(source, _days(source, span or Span(), now())) for source in sources]
    total, done = sum(len(days) for _, days in plan), 0
    found = []
    for source, days in plan:
        found.append(_pull(source, days, _Trip(patience, tell, now, done, total)))
        done += len(days)
    return found


def due_days(source: PulledSource, now: datetime) -> list[date]:
    """The days that a pull would fetch at `now` (UTC), oldest first."""
    return due(source.cadence, source.since, now, source.landing.fetched())


def _days(source: PulledSource, span: Span, now: datetime) -> list[date]:
    if span.is_open:
        return due_days(source, now)
    return asked(source.cadence, span.first or source.since, span.last or now.date(), now)


@dataclass(frozen=True, slots=True)
class _Trip:
    """What all windows of a source share."""

    patience: Patience | None
    tell: Tell
    now: Callable[[], datetime]
    done: int
    total: int


def _pull(source: PulledSource, days: Sequence[date], trip: _Trip) -> Pulled:
    """One source. Without days there is no network, and no token is needed."""
    found = Pulled(source.tool_id, source.name, source.title, [], [])
    if not days:
        return found
    try:
        token = _token(source)
        with source.landing.held(), Client(trip.patience) as client:
            visit = Visit(client, source.spec, token)
            for number, day in enumerate(days):
                trip.tell(trip.done + number, trip.total, f"{source.tool_id} {source.title}", day.isoformat())
                _window(source, visit, day, trip, found)
    except TakeupError as error:
        found.error = str(error)
    except OSError as error:
        found.error = f"{source.folder}: {error.strerror or error} - mend it and run again"
    return found


def _token(source: PulledSource) -> str:
    variable = source.spec.variable
    token = os.environ.get(variable, "").strip()
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    what = f"the environment variable {variable} is {'not a token' if token else 'not set'}"
    raise DataError(f"{source.tool_id}: {source.title}: {what} - put the token there: {source.report.permission}")


def _window(source: PulledSource, visit: Visit, day: date, trip: _Trip, found: Pulled) -> None:
    """Fetch one window and make it visible; DataError when it cannot be had."""
    window = source.landing.window(day, trip.now())
    try:
        _fill(source, visit, day, window, trip)
    except NothingYetError:
        _leave_out(source, day, window, trip, found)
        return
    except RequestError as error:
        if not _is_only_late(source, day, error, trip, found):
            raise DataError(_told(source, day, error)) from None
        window.drop()
        found.absent.append(day.isoformat())
        return
    window.show(trip.now())
    found.windows.append(day.isoformat())
    found.files += len(window.progress.pieces)
    found.bytes += sum(piece.bytes for piece in window.progress.pieces)


def _leave_out(source: PulledSource, day: date, window: Window, trip: _Trip, found: Pulled) -> None:
    """The vendor says that it has nothing: of a settled day for good; until then it is asked again."""
    found.absent.append(day.isoformat())
    if source.cadence.is_snapshot or trip.now() < source.cadence.settled_at(day):
        window.drop()
    else:
        window.restart(trip.now())
        window.show(trip.now())


def _is_only_late(source: PulledSource, day: date, error: RequestError, trip: _Trip, found: Pulled) -> bool:
    """Whether an answer such as 404 means that a recent day is not there yet: it does where other days were."""
    if error.status not in source.report.missing or trip.now() >= source.cadence.settled_at(day) + DAY:
        return False
    return bool(found.windows or source.landing.fetched())


def _fill(source: PulledSource, visit: Visit, day: date, window: Window, trip: _Trip) -> None:
    """Page by page. A cursor that the vendor no longer knows begins the window anew, once."""
    may_restart = True
    while not window.progress.is_done:
        if len(window.progress.pieces) >= _MOST_PAGES:
            raise RequestError("the pages have no end", helps=False)
        try:
            window.land(source.spec.report, _stepping(source.report, visit, day, window.progress.cursor))
        except StaleCursorError:
            if not may_restart:
                raise RequestError("the vendor forgets where its own pages go on", helps=False) from None
            may_restart = False
            window.restart(trip.now())


def _stepping(report: Report, visit: Visit, day: date, cursor: str | None) -> Callable[[IO[bytes]], Step]:
    return lambda sink: report.step(visit, day, cursor, sink)


def _told(source: PulledSource, day: date, error: RequestError) -> str:
    """Tool, vendor, report, window, what happened, and what to do about it."""
    return f"{source.tool_id}: {source.title}, window {day}: {error.what} - {_mend(source, error)}"


def _mend(source: PulledSource, error: RequestError) -> str:
    later = "run again later; it goes on where it stopped"
    if error.asked is not None:
        return f"the vendor asks to wait {error.asked / 60:.0f} minutes: {later}" if error.asked >= _MINUTE else later
    if error.status in _RIGHTS:
        return f"{_RIGHTS[error.status].format(variable=source.spec.variable)}: {source.report.permission}"
    if error.status == 404:
        named = source.spec.org or source.spec.enterprise or source.spec.tenant or source.spec.base_url
        early = "" if source.cadence.is_snapshot else ", and that `from` is not before what the vendor has"
        return f"check that {named} is right and that the token may see it{early}: {source.report.permission}"
    if "certificate" in error.what:
        return "if a proxy of the company opens connections, name its certificates in SSL_CERT_FILE"
    if error.status is None:
        return f"check the network, the proxy and base_url, or {later}"
    return later if error.helps_to_retry else f"check the source's entry in config/tools.yml, or {later}"


_MINUTE = 60
_RIGHTS = {401: "put a token that is valid into {variable}", 403: "the token in {variable} needs more rights"}
