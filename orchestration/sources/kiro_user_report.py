"""`kiro-user-report`: the daily user report of Kiro, one row per user, UTC day and client.

Traps that this reader knows:
- Each kind of client has its file, and a file is cut into parts of 1,000 users: clients add up, parts are other users.
- `Total_Messages` counts what was sent to and from Kiro, and is the sum of a column per model: they are never added.
- Credits are credits, and no money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import BARE, CSV_SUFFIXES, known
from orchestration.sources.amazon_q import SETTLED_AFTER_DAYS, day_of_row
from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.fields import FieldError, cell_count, cell_number, latest_time
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import modified_at, whole_total
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.sight import Sight

_TOTAL = "total_messages"
_OF_MODEL = "_messages"
_NUMBERS = ("credits_used", "overage_cap", "overage_credits_used")
_FLAGS = {"overage_enabled": "overage_enabled", "new_user": "is_new_user"}
_WORDS = {"true": True, "false": False}
_KNOWN = frozenset({"date", "userid", "user_email", "client_type", "chat_conversations", "profileid", _TOTAL})
_KNOWN |= {*_NUMBERS, *_FLAGS}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file."""
    latest, modified = latest_time(now).date(), modified_at(path)
    needed = (("userid", "user_email"), ("date",), ("client_type",))
    return read_csv(path, needed, lambda row: _record(row, latest, modified))


def _record(row: Row, latest: date, modified: datetime) -> AggregateRecord:
    sessions = cell_count(row.cells.get("chat_conversations"), "Chat_Conversations")
    models = _models(row)
    said = cell_count(row.cells.get(_TOTAL), "Total_Messages")
    messages = whole_total(models.values()) if said is None else said
    numbers: dict[str, Any] = {name: cell_number(row.cells.get(name), name) for name in _NUMBERS}
    flags = {name: _flag(row.cells.get(field), field) for field, name in _FLAGS.items()}
    by_model = {f"model_{model}_messages": value for model, value in models.items()}
    told = replace(
        BARE,
        part=row.needed("client_type"),
        is_active=True if sessions or messages or numbers["credits_used"] else None,
        measures={"messages": messages, "sessions": sessions},
        attributes=known(by_model | numbers | flags) | row.others(_KNOWN | {f"{model}{_OF_MODEL}" for model in models}),
    )
    return day_of_row(told, row, latest, modified)


def _models(row: Row) -> dict[str, int | None]:
    """Messages by model, of the columns `<model>_messages`."""
    names = [name for name in row.cells if name.endswith(_OF_MODEL) and name != _TOTAL]
    return {name.removesuffix(_OF_MODEL): cell_count(row.cells[name], name) for name in names}


def _flag(cell: str | None, name: str) -> bool | None:
    if cell is not None and cell.casefold() not in _WORDS:
        raise FieldError("unknown_value", f"{name} must be true or false")
    return None if cell is None else _WORDS[cell.casefold()]


def recognise(sight: Sight) -> str | None:
    """A user's day in a kind of client, with the credits used and all messages."""
    if not sight.has_columns("Date", "Client_Type", "Credits_Used", "Total_Messages"):
        return None
    return "with addresses" if sight.has_columns("User_Email") else "without addresses"


KIRO_USER_REPORT = SourceFormat(
    name="kiro-user-report",
    dataset="aggregates",
    grain="day",
    namespaces=("email", "idc_user_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=CSV_SUFFIXES,
    title="Kiro user report",
    recognise=recognise,
    proves="It proves use on a day and rules on counts of messages and conversations; it lists only who was active, so"
    " a non-user is one by the roster.",
    fields=(
        Field("Date", "period_start", "ISO or MM-DD-YYYY; a UTC day"),
        Field("UserId", "users (idc_user_id)", "without the directory id (`d-...`) that may stand before it"),
        Field("User_Email", "users (email)", "newer reports"),
        Field("Client_Type", "part", "KIRO_IDE, KIRO_CLI, PLUGIN: each has its file, and they add up"),
        Field("Chat_Conversations", "sessions"),
        Field("Total_Messages", "messages", "prompts and replies; without it the sum of the models"),
        Field("*_messages", "attributes.model_<model>_messages", "a column for each model"),
        Field("Credits_Used", "attributes.credits_used", "of the plan, fractional"),
        Field("Overage_Cap", "attributes.overage_cap"),
        Field("Overage_Credits_Used", "attributes.overage_credits_used"),
        Field("Overage_Enabled", "attributes.overage_enabled"),
        Field("New_User", "attributes.is_new_user"),
        Field("Subscription_Tier", "attributes.subscription_tier"),
        Field("ProfileId", "", "the same for all of an account"),
        Field("*", "attributes.*", "every other column"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="The report of a day is written the next day, in parts of 1,000 users. Fetch the last two days again.",
)
