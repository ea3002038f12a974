"""`m365-copilot-usage-user-detail`: the Microsoft 365 Copilot usage report by user, as CSV or as JSON pages.

Traps that this reader knows:
- It is a snapshot of the licensed users. Version 1 has the last day of activity in each app and no counts; version 2
  adds prompts and active days of the last 7, 28, 90 or 180 days.
- The report is two or three days old when it comes: it speaks of the days up to its refresh date.
- Names are concealed by default: 32 hexadecimal digits stand for a name and for an address. Nobody can know who that
  is, so such rows stand for nobody, and who is missing from such a report may well be on it: see CONCEALED.
- The last activity overall leaves out newer apps: the latest of all apps counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import (
    BARE,
    CSV_SUFFIXES,
    JSON_SUFFIXES,
    in_period,
    known,
    others,
    read_aggregates,
)
from orchestration.sources.byte_source import begins_as_json, has_match
from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, cell_count, count, day, latest_time, no_later_than, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import DAY, Period, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Identity, Parsed
from orchestration.sources.review_values import objects
from orchestration.sources.roster_columns import squeezed
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=("value",),
    marks=frozenset(
        {"reportRefreshDate", "userPrincipalName", "lastActivityDate", "copilotActivityUserDetailsByPeriod"}
    ),
    enough=2,
)
SETTLED_AFTER_DAYS = 3
_LONGEST_PERIOD = 180
_PERIOD = re.compile(r"D?(\d{1,3})", re.IGNORECASE)
_CONCEALED = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_HAS_CONCEALED = re.compile(
    rb'(?:"userPrincipalName"\s*:\s*"[0-9a-f]{32}"|[,;\t]"?[0-9a-f]{32}"?[,;\t])', re.IGNORECASE
)
_APPS = {
    "copilotchat": "copilot_chat",
    "copilotchatwork": "copilot_chat_work",
    "copilotchatweb": "copilot_chat_web",
    "microsoftteamscopilot": "teams",
    "wordcopilot": "word",
    "excelcopilot": "excel",
    "powerpointcopilot": "powerpoint",
    "outlookcopilot": "outlook",
    "onenotecopilot": "onenote",
    "loopcopilot": "loop",
    "microsoft365copilot": "m365_copilot",
    "edge": "edge",
    "copilotagent": "agent",
}
_LAST_ACTIVITY = "lastactivitydate"
_DATES = {_LAST_ACTIVITY: "last_activity_date"} | {
    f"{app}{_LAST_ACTIVITY}": f"{name}_last_activity_date" for app, name in _APPS.items()
}
_COUNTS = {
    "promptssubmittedforallapps": "prompts",
    "promptssubmitted": "prompts",
    "promptssubmittedforcopilotchatwork": "copilot_chat_work_prompts",
    "promptssubmittedforcopilotchatweb": "copilot_chat_web_prompts",
    "activeusagedaysforallapps": "active_days",
    "activeusagedays": "active_days",
}
_KNOWN = frozenset({"reportrefreshdate", "userprincipalname", "displayname", "reportperiod", *_DATES, *_COUNTS})


@dataclass(frozen=True, slots=True)
class _File:
    """What holds for every row of one file."""

    latest: date
    modified: datetime
    coverage: str


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: CSV, or pages `{"value": [...]}`, alone, glued or one per line, or bare rows."""
    concealed = has_match(path, _HAS_CONCEALED)
    file = _File(latest_time(now).date(), modified_at(path), "unknown" if concealed else "licensed_only")
    if begins_as_json(path):
        return read_aggregates(path, SHAPE, lambda user, _item: _of_json(user, file))
    needed = (("report_refresh_date",), ("user_principal_name",), ("report_period",))
    return read_csv(path, needed, lambda row: _of_csv(row, file))


def _of_csv(row: Row, file: _File) -> AggregateRecord:
    record = _record(row.cells, cell_count, file)
    return replace(record, line_no=row.line_no, lines=row.lines)


def _of_json(user: Mapping[str, Any], file: _File) -> Iterator[AggregateRecord]:
    """A row for each period that the report tells of: one, or all four."""
    periods = objects(user, "copilotActivityUserDetailsByPeriod") or [{}]
    plain = {name: field for name, field in user.items() if not name.startswith("@odata")}
    for period in periods:
        yield _record(plain | dict(period), _count, file)


def _count(value: Any, name: str) -> int | None:
    return cell_count(value or None, name) if isinstance(value, str) else count(value, name)


def _record(cells: Mapping[str, Any], counted: Callable[[Any, str], int | None], file: _File) -> AggregateRecord:
    told = {squeezed(name): value for name, value in cells.items()}
    refreshed = day(told.get("reportrefreshdate"), "the report refresh date")
    no_later_than(refreshed, file.latest, "the report refresh date")
    taken = datetime.combine(refreshed, time.min) + DAY
    period = Period.looking_back(taken, _period(told.get("reportperiod")))
    days = _days(told, file.latest)
    counts = known({name: counted(told.get(field), field) for field, name in _COUNTS.items() if field in told})
    last = max((date.fromisoformat(found) for found in days.values()), default=None)
    was_active = last is not None and period.start <= last < period.end
    row = replace(
        BARE,
        users=_users(told),
        is_active=was_active or any(amount > 0 for amount in counts.values()),
        measures={"prompts": counts.pop("prompts", None)},
        attributes=(days | counts | ({} if last is None else {"last_activity_date": last.isoformat()}))
        | others(cells, [name for name in cells if squeezed(name) in _KNOWN]),
        coverage=file.coverage,
        as_of=taken,
        is_final=is_settled(period, file.modified, SETTLED_AFTER_DAYS),
    )
    return in_period(row, period)


def _period(value: Any) -> int:
    """How many days the report looks back on; a report of all periods in one looks back on the longest."""
    said = (text(value, "the report period") or "").strip()
    if said.upper() == "ALL":
        return _LONGEST_PERIOD
    found = _PERIOD.fullmatch(said)
    if found is None:
        code = "unknown_value" if said else "missing_field"
        raise FieldError(code, "the report period must be 7, 28, 30, 90, 180 or ALL")
    return max(1, min(int(found[1]), _LONGEST_PERIOD))


def _days(told: Mapping[str, Any], latest: date) -> dict[str, str]:
    """The last day of activity in each app, as attributes; one without a known app is that of them all."""
    found = {}
    for field, name in _DATES.items():
        value = told.get(field)
        if value is not None and value != "":
            last = day(value, name)
            no_later_than(last, latest, name)
            found[name] = last.isoformat()
    return found


def _users(told: Mapping[str, Any]) -> tuple[Identity, ...]:
    name = text(told.get("userprincipalname"), "the user principal name")
    if name is None:
        raise FieldError("missing_field", "the user principal name is missing or empty")
    if _CONCEALED.fullmatch(name):
        return (Identity("m365_concealed", name),)
    return (Identity("upn", name), Identity("email", name))


def recognise(sight: Sight) -> str | None:
    """A user's last activity beside the date on which the report was refreshed, by the vendor's names."""
    for row in (*sight.rows, *sight.records(*SHAPE.lists)):
        parts = row.get("copilotActivityUserDetailsByPeriod")
        details = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        told = {squeezed(name): value for one in (row, *details) for name, value in one.items()}
        if {"reportrefreshdate", "userprincipalname", _LAST_ACTIVITY} <= told.keys():
            concealed = _CONCEALED.fullmatch(str(told["userprincipalname"])) is not None
            version = "version 2" if told.keys() & _COUNTS.keys() else "version 1"
            return f"{version}, names concealed" if concealed else version
    return None


M365_COPILOT_USAGE = SourceFormat(
    name="m365-copilot-usage-user-detail",
    dataset="aggregates",
    grain="snapshot",
    namespaces=("upn", "email", "m365_concealed"),
    coverage="licensed_only",
    can_prove=False,
    parse=parse,
    suffixes=(*CSV_SUFFIXES, *JSON_SUFFIXES),
    title="Microsoft 365 Copilot usage by user",
    recognise=recognise,
    proves="It proves who holds a licence, one day of activity per person, and that nothing was used since a last"
    " activity or in the report's period; it cannot prove correct or incorrect use. With concealed names it proves"
    " nothing about anybody: show names in the admin centre's report settings.",
    fields=(
        Field("Report Refresh Date, reportRefreshDate", "period_end, as_of", "the last day that the report speaks of"),
        Field(
            "Report Period, reportPeriod",
            "period_start",
            "days looked back on: 7, 28, 30, 90, 180; ALL counts as 180",
        ),
        Field(
            "User Principal Name, userPrincipalName",
            "users (upn, email, m365_concealed)",
            "also tried as an address; 32 hexadecimal digits are a concealed name, which no roster can resolve",
        ),
        Field("Display Name, displayName", "", "the roster says who people are"),
        Field(
            "Last Activity Date, lastActivityDate",
            "is_active, attributes.last_activity_date",
            "a use on that day, none after it; the latest of all apps",
        ),
        Field(
            "*Last Activity Date, *LastActivityDate",
            "attributes.<app>_last_activity_date",
            "of " + ", ".join(sorted(_APPS.values())),
        ),
        Field("Prompts submitted for all apps, promptsSubmittedForAllApps, promptsSubmitted", "prompts", "version 2"),
        Field(
            "Prompts submitted for Copilot Chat (work), promptsSubmittedForCopilotChatWork",
            "attributes.copilot_chat_work_prompts",
            "version 2; within all apps",
        ),
        Field(
            "Prompts submitted for Copilot Chat (web), promptsSubmittedForCopilotChatWeb",
            "attributes.copilot_chat_web_prompts",
            "version 2; within all apps",
        ),
        Field(
            "Active Usage Days for all apps, activeUsageDaysForAllApps, activeUsageDays",
            "attributes.active_days",
            "version 2",
        ),
        Field("copilotActivityUserDetailsByPeriod", "", "JSON: the fields of each period; each is a row"),
        Field("@odata.*", "", "paging and types"),
        Field("*", "attributes.*", "every other column"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="A report comes up to 72 hours after the day it speaks of. Fetch it every day: each shows one day of"
    " activity per app.",
)
