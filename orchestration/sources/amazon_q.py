"""`amazon-q-developer`: the daily user activity report of Amazon Q Developer (`by_user_analytic`), one row per user and
UTC day.

Traps that this reader knows:
- Users are ids of the Identity Center, some with its directory id before them; no address.
- `Chat_MessagesSent` counts prompts and replies: messages, and not prompts.
- Only who was active has a row; a cell that is empty is unknown.
- Lines and acceptances of each feature are its own; offered and accepted are those of completions alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from orchestration.sources.aggregates import BARE, CSV_SUFFIXES, in_period, known
from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.fields import FieldError, cell_count, latest_time, no_later_than
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.identifiers import canonical
from orchestration.sources.periods import Period, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Identity, Parsed
from orchestration.sources.sight import Sight
from orchestration.sources.us_dates import us_day

SETTLED_AFTER_DAYS = 1
_MEASURES = {
    "offered": "inline_suggestionscount",
    "accepted": "inline_acceptancecount",
    "lines_accepted": "inline_aicodelines",
    "messages": "chat_messagessent",
}
FEATURES = (
    *("chat_", "codefix_", "codereview_", "dev_", "docgeneration_", "inlinechat_", "inline_"),
    *("testgeneration_", "transformation_"),
)
"""How the names of counts begin."""


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file."""
    latest, modified = latest_time(now).date(), modified_at(path)
    needed = (("userid",), ("date",), tuple(_MEASURES.values()))
    return read_csv(path, needed, lambda row: _record(row, latest, modified))


def day_of_row(row: AggregateRecord, line: Row, latest: date, modified: datetime) -> AggregateRecord:
    """`row` with its place in the file, its user and its day: what both reports of the vendor have in common."""
    period = Period.of_day(us_day(line.needed("date"), "Date"))
    no_later_than(period.start, latest, "Date")
    user = canonical("idc_user_id", line.cells.get("userid") or "")
    email = line.cells.get("user_email")
    named = (("email", email), ("idc_user_id", user))
    users = tuple(Identity(namespace, value) for namespace, value in named if value)
    if not users:
        raise FieldError("missing_field", "UserId is missing or empty")
    told = replace(
        row,
        line_no=line.line_no,
        lines=line.lines,
        users=users,
        coverage="active_only",
        is_final=is_settled(period, modified, SETTLED_AFTER_DAYS),
    )
    return in_period(told, period)


def _record(row: Row, latest: date, modified: datetime) -> AggregateRecord:
    counts = {name: cell_count(row.cells[name], name) for name in row.cells if name.startswith(FEATURES)}
    measures = set(_MEASURES.values())
    told = replace(
        BARE,
        is_active=True if any(counts.values()) else None,
        measures={name: counts.get(field) for name, field in _MEASURES.items()},
        attributes=known({name: value for name, value in counts.items() if name not in measures})
        | row.others(frozenset({"userid", "date", "user_email", *counts})),
    )
    return day_of_row(told, row, latest, modified)


def recognise(sight: Sight) -> str | None:
    """A user's day with the messages of the chat or the suggestions of completions, by the vendor's names."""
    if not sight.has_columns("UserId", "Date"):
        return None
    names = {"chat_messagessent", "chat_messagesinteracted", "inline_suggestionscount"}
    return "by_user_analytic" if sight.columns & names else None


AMAZON_Q = SourceFormat(
    name="amazon-q-developer",
    dataset="aggregates",
    grain="day",
    namespaces=("email", "idc_user_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=CSV_SUFFIXES,
    title="Amazon Q Developer user activity",
    recognise=recognise,
    proves="It proves use on a day and rules on counts, such as completions offered and accepted; it lists only who was"
    " active, so a non-user is one by the roster.",
    fields=(
        Field("UserId", "users (idc_user_id)", "without the directory id (`d-...`) that may stand before it"),
        Field("User_Email", "users (email)", "where an export has it"),
        Field("Date", "period_start", "MM-DD-YYYY or ISO; a UTC day"),
        Field("Inline_SuggestionsCount", "offered", "completions; any count makes the day an active one"),
        Field("Inline_AcceptanceCount", "accepted"),
        Field("Inline_AICodeLines", "lines_accepted"),
        Field("Chat_MessagesSent", "messages", "prompts and replies together"),
        Field(
            ", ".join(f"{name}*" for name in FEATURES),
            "attributes.*",
            "every other count of a feature under its name, lower case: chat_messagesinteracted, ...",
        ),
        Field("*", "attributes.*", "every other column"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="The report of a day is written the next day, in parts of 1,000 users. Fetch the last two days again.",
)
