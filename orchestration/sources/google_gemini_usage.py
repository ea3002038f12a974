"""`google-gemini-usage`: the report of Gemini usage as the Admin console exports it: 28 days, one row per user.

Traps that this reader knows:
- The file does not say which days it is of: they come from its name, and without them the file is refused.
- The columns after the active days are apps; a number of uses in one export, a level such as High in another.
- Whether those who did not use Gemini are listed differs: who is missing from it may have used it or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import BARE, CSV_SUFFIXES, in_period
from orchestration.sources.csv_lines import Row, read_csv, refused_csv
from orchestration.sources.fields import FieldError, cell_count, latest_time, no_later_than
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import DAY, Period, is_settled, modified_at, named_days
from orchestration.sources.records import AggregateRecord, Identity, Parsed
from orchestration.sources.sight import Sight

DAYS = 28
SETTLED_AFTER_DAYS = 3
NO_PERIOD = "the file does not say which 28 days it is of; put the last one into its name: gemini_2026-03-08.csv"
_EMAIL = ("email", "user", "user_email")
_KNOWN = frozenset({*_EMAIL, "active_days"})
_APPS = ("overall_", "gmail", "google_", "gemini")


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file, whose name ends with the last of its 28 days, or mentions the first and the last."""
    latest, modified = latest_time(now).date(), modified_at(path)
    try:
        period = _period(named_days(path), latest)
    except FieldError as error:
        return refused_csv(path, error)
    settled = is_settled(period, modified, SETTLED_AFTER_DAYS)
    return read_csv(path, (_EMAIL, ("active_days",)), lambda row: _record(row, period, settled))


def _period(named: list[date], latest: date) -> Period:
    if not named:
        raise FieldError("missing_field", NO_PERIOD)
    last = named[-1]
    no_later_than(last, latest, "the day in the file's name")
    first = named[0] if len(named) > 1 else last - (DAYS - 1) * DAY
    if (last - first).days + 1 != DAYS:
        raise FieldError("bad_span", f"the days in the file's name are not {DAYS} days apart, the last one included")
    return Period.of_days(first, last)


def _record(row: Row, period: Period, settled: bool) -> AggregateRecord:
    email = next((cell for name in _EMAIL if (cell := row.cells.get(name))), None)
    if email is None:
        raise FieldError("missing_field", "Email is missing or empty")
    active_days = cell_count(row.cells.get("active_days"), "Active days")
    if active_days is not None and active_days > DAYS:
        raise FieldError("unknown_value", f"Active days must be at most {DAYS}")
    told = replace(
        BARE,
        line_no=row.line_no,
        lines=row.lines,
        users=(Identity("email", email),),
        is_active=None if active_days is None else active_days > 0,
        attributes=({} if active_days is None else {"active_days": active_days}) | _uses(row),
        is_final=settled,
    )
    return in_period(told, period)


def _uses(row: Row) -> dict[str, Any]:
    """The other columns as they are written, but for the counts of apps: where one is a number, it is one."""
    found: dict[str, Any] = dict(row.others(_KNOWN))
    for name in [name for name in found if name.startswith(_APPS)]:
        with suppress(FieldError):
            found[name] = cell_count(found[name], name)
    return found


def recognise(sight: Sight) -> str | None:
    """Users with their active days, their overall usage and the Gemini app."""
    return "28 days" if sight.has_columns("Email", "Active days", "Overall usage") else None


GOOGLE_GEMINI_USAGE = SourceFormat(
    name="google-gemini-usage",
    dataset="aggregates",
    grain="28d",
    namespaces=("email",),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=CSV_SUFFIXES,
    title="Google Workspace Gemini usage by user",
    recognise=recognise,
    proves="It proves use in 28 days, and that who is listed with no active day used nothing in them; where a window"
    " begins or ends inside those days it may prove neither, and it cannot prove correct or incorrect use.",
    fields=(
        Field("Email, User, User email", "users (email)"),
        Field("Active days", "is_active, attributes.active_days", "of the 28 days that the file's name says"),
        Field("Overall usage", "attributes.overall_usage", "a count or a level, as exported"),
        Field(
            "Gmail, Google *, Gemini *",
            "attributes.*",
            "each under its name: a count or a level, as exported; uses of a person's own asking",
        ),
        Field("*", "attributes.*", "every other column"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="The last days of a report may still be missing. Export it every week, on the same weekday.",
)
