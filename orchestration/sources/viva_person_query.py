"""`viva-person-query`: a person query of Viva Insights, one row per person and week, of which only Copilot is read.

Traps that this reader knows:
- A week begins on Sunday, or on the day that the company has chosen: it is kept as it is and is no ISO week.
- Persons are hashed: nobody can know who is who, so that a week of a cohort can be seen and nobody is judged by it.
- Most columns tell how somebody works and feels (mails, meetings, answers to surveys). They say nothing about the use
  of a tool and are not kept, and nor is any column of which this is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import BARE, CSV_SUFFIXES, in_period, known
from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.fields import cell_number, latest_time, no_later_than
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import DAY, Period, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Identity, Parsed
from orchestration.sources.sight import Sight
from orchestration.sources.us_dates import us_day

SETTLED_AFTER_DAYS = 7
_WEEK = 7 * DAY
_COPILOT = "copilot"
_ENABLED = "total_copilot_enabled_days"
_ACTIVE_DAYS = "total_copilot_active_days"
_GROUPS = ("organization", "functiontype", "leveldesignation", "level", "supervisorindicator")


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file."""
    latest, modified = latest_time(now).date(), modified_at(path)
    return read_csv(path, (("personid",), ("metricdate",)), lambda row: _record(row, latest, modified))


def _record(row: Row, latest: date, modified: datetime) -> AggregateRecord:
    first = us_day(row.needed("metricdate"), "MetricDate")
    no_later_than(first, latest, "MetricDate")
    period = Period("week", first, first + _WEEK)
    metrics = {_named(name): _plain(row.cells[name], name) for name in row.cells if _COPILOT in name}
    acts = {name: value for name, value in metrics.items() if name != _ENABLED and value is not None}
    groups: dict[str, Any] = {name: row.cells.get(name) for name in _GROUPS}
    told = replace(
        BARE,
        line_no=row.line_no,
        lines=row.lines,
        users=(Identity("viva_person_id", row.needed("personid")),),
        is_active=any(value > 0 for value in acts.values()) if acts else None,
        attributes=known(metrics | groups | {"active_days": metrics.get(_ACTIVE_DAYS)}),
        is_final=is_settled(period, modified, SETTLED_AFTER_DAYS),
    )
    return in_period(told, period)


def _named(column: str) -> str:
    """A column as rules may name it: `copilot_actions_taken_in_copilot_chat_(work)` without the brackets."""
    return re.sub(r"[^a-z0-9]+", "_", column).strip("_")


def _plain(cell: str | None, name: str) -> float | int | None:
    """A number, whole where it is: hours may be fractional, actions and days are not."""
    found = cell_number(cell, name)
    return int(found) if found is not None and found.is_integer() else found


def recognise(sight: Sight) -> str | None:
    """A hashed person's week with metrics of Copilot."""
    if not sight.has_columns("PersonId", "MetricDate"):
        return None
    return "with Copilot metrics" if any(_COPILOT in name for name in sight.columns) else None


VIVA_PERSON_QUERY = SourceFormat(
    name="viva-person-query",
    dataset="aggregates",
    grain="week",
    namespaces=("viva_person_id",),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=CSV_SUFFIXES,
    title="Viva Insights person query, Copilot metrics",
    recognise=recognise,
    proves="It shows how much a cohort uses Copilot; persons are hashed, so that it proves nothing about anybody:"
    " people of a tool with nothing else are not judged for lack of evidence.",
    fields=(
        Field("PersonId", "users (viva_person_id)", "hashed; no roster can resolve it"),
        Field("MetricDate", "period_start", "the first day of a week, Sunday unless the company chose another"),
        Field("Total_Copilot_active_days", "is_active, attributes.active_days", "as is every other use of Copilot"),
        Field("Total_Copilot_enabled_days", "attributes.total_copilot_enabled_days", "holding a licence is no use"),
        Field(
            "*Copilot*",
            "is_active, attributes.*",
            "every other metric of Copilot under its name, lower case: days of active usage and actions by app",
        ),
        Field("Organization, FunctionType, Level*, SupervisorIndicator", "attributes.*", "the cohort; lower case"),
        Field(
            "*hours*, *network*, Collaboration*, Meetings, Calls, Emails*, Channel_message*, Time_with*",
            "",
            "how somebody works says nothing about the use of a tool",
        ),
        Field(
            "Barriers_to_Execution, Change_Adaptation, Communication_Flow, Continuous_Improvement, eSat, Initiative,"
            " Manager_Recommend, Resources, Speak_My_Mind, Wellbeing, Work_Life_Balance, Workload",
            "",
            "what somebody answered in a survey is none of our business",
        ),
        Field("*", "", "every other column: it may tell how somebody works or feels"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="A week is complete some days after its end. Run the query every week.",
)
