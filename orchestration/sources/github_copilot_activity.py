"""`github-copilot-activity`: the activity report of Copilot seats as CSV, one row per seat at the time of the report.

What is missing is the literal word `None`. Consolidated reports name the organisation, and a person in each of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orchestration.sources.aggregates import BARE, CSV_SUFFIXES, known
from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.fields import latest_time, no_later_than
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.github_copilot_seats import SETTLED_AFTER_DAYS, as_text, snapshot
from orchestration.sources.records import AggregateRecord, Identity, Parsed
from orchestration.sources.sight import Sight

_KNOWN = frozenset(
    {"report_time", "login", "last_authenticated_at", "last_activity_at", "last_surface_used", "organization"}
)
_NEEDED = (("report_time",), ("login",), ("last_activity_at",))


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file."""
    latest = latest_time(now)
    return read_csv(path, _NEEDED, lambda row: _record(row, latest))


def _record(row: Row, latest: datetime) -> AggregateRecord:
    told = replace(row, cells={name: None if cell == "None" else cell for name, cell in row.cells.items()})
    taken, last = told.needed_moment("report_time"), told.moment("last_activity_at")
    no_later_than(taken, latest, "report_time")
    no_later_than(last or taken, latest, "last_activity_at")
    signed_in, owner = told.moment("last_authenticated_at"), told.cells.get("organization")
    attributes = {
        "last_authenticated_at": None if signed_in is None else as_text(signed_in),
        "surface": told.cells.get("last_surface_used"),
    }
    seat = replace(
        BARE,
        line_no=row.line_no,
        lines=row.lines,
        users=(Identity("github_login", told.needed("login")),),
        scope=f"organization:{owner}" if owner else "",
        attributes=known(attributes) | told.others(_KNOWN),
        as_of=taken,
    )
    return snapshot(seat, last, taken)


def recognise(sight: Sight) -> str | None:
    """The header is the vendor's own."""
    if not sight.has_columns("Report Time", "Login", "Last Activity At"):
        return None
    return "activity report of several organisations" if sight.has_columns("Organization") else "activity report"


GITHUB_COPILOT_ACTIVITY = SourceFormat(
    name="github-copilot-activity",
    dataset="aggregates",
    grain="snapshot",
    namespaces=("github_login",),
    coverage="licensed_only",
    can_prove=False,
    parse=parse,
    suffixes=CSV_SUFFIXES,
    title="GitHub Copilot activity report",
    recognise=recognise,
    proves="It proves who holds a seat, one day of activity per person, and that a seat has not been used since its"
    " last activity or for 90 days; it cannot prove correct or incorrect use. With `eligible: seats` its seat holders"
    " are the people meant to use the tool.",
    fields=(
        Field("Report Time", "as_of, period_end", "the report looks back on 90 days"),
        Field("Login", "users (github_login)"),
        Field("Last Authenticated At", "attributes.last_authenticated_at", "signing in is no use"),
        Field("Last Activity At", "is_active, attributes.last_activity_at", "a use on that day; None: none in 90 days"),
        Field("Last Surface Used", "attributes.surface", "editor, version and feature"),
        Field("Organization", "scope"),
        Field("*", "attributes.*", "every other column"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="The report is made anew every 30 minutes; a last activity comes up to 24 hours late.",
)
