"""`codex-enterprise-analytics`: pages of the Codex Enterprise Analytics API, one row per user and UTC day.

`totals` is the sum of `clients`: the clients are kept by name and never added to the totals. Rows of the workspace as a
whole name nobody and are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import BARE, JSON_SUFFIXES, in_period, known, named, others, read_aggregates
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import FieldError, count, latest_time, no_later_than, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import epoch_span, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.review_values import an_object, objects
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("data",), marks=frozenset({"totals", "clients", "code_attribution", "start_time"}), enough=2)
SETTLED_AFTER_DAYS = 1
_OBJECT = "workspace.codex.usage.result"
_TOTALS = {"prompts": "turns", "sessions": "threads", "input_tokens": "input_tokens", "output_tokens": "output_tokens"}
_LINES = {"lines_added": "added", "lines_removed": "removed"}
_KNOWN = ("object", "start_time", "end_time", "user_id", "email")


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: pages `{"data": [...]}`, alone, glued or one per line, or bare rows."""
    latest, modified = latest_time(now).date(), modified_at(path)

    def build(row: Mapping[str, Any], _item: Item) -> Iterator[AggregateRecord]:
        _, period = epoch_span(row)
        no_later_than(period.start, latest, "start_time")
        yield replace(in_period(_record(row), period), is_final=is_settled(period, modified, SETTLED_AFTER_DAYS))

    return read_aggregates(path, SHAPE, build)


def _record(row: Mapping[str, Any]) -> AggregateRecord:
    if "totals" not in row:
        raise FieldError("unknown_shape", "the row has no totals")
    totals, actor = an_object(row, "totals"), an_object(row, "actor")
    who = {"email": actor.get("email"), "user_id": actor.get("user_id") or row.get("user_id")}
    measures: dict[str, int | float | None] = {
        name: count(totals.get(field), f"totals.{field}") for name, field in _TOTALS.items()
    }
    acts = [amount for amount in (measures["prompts"], measures["sessions"]) if amount is not None]
    return replace(
        BARE,
        users=named(who, {"email": "email", "user_id": "openai_user_id"}, "the row names nobody; ask for it by user"),
        is_active=any(acts) if acts else None,
        measures=measures | _lines(row),
        attributes=others(totals, _TOTALS.values()) | _clients(row) | others(row, _KNOWN),
        coverage="active_only",
    )


def _lines(row: Mapping[str, Any]) -> dict[str, int | float | None]:
    """Lines of code under `lines_of_code`, or beside it as `lines_added`."""
    told = an_object(row, "code_attribution")
    lines = an_object(told, "lines_of_code")
    return {name: count(lines.get(field, told.get(name)), f"lines_of_code.{field}") for name, field in _LINES.items()}


def _clients(row: Mapping[str, Any]) -> dict[str, Any]:
    """`<client>_turns` and `_credits`, `<model>_credits`, and the lines that were committed."""
    found: dict[str, Any] = {}
    for client in objects(row, "clients"):
        name = text(client.get("client_id"), "clients.client_id")
        if name:
            found[f"{name}_turns"] = count(client.get("turns"), "clients.turns")
            found[f"{name}_credits"] = number(client.get("credits"), "clients.credits")
    for model in objects(row, "models"):
        name = text(model.get("model"), "models.model")
        if name:
            found[f"{name}_credits"] = number(model.get("credits"), "models.credits")
    committed = an_object(an_object(row, "code_attribution"), "lines_of_code").get("committed")
    return known(found | {"lines_committed": count(committed, "lines_of_code.committed")})


def recognise(sight: Sight) -> str | None:
    """The rows name their own kind."""
    for row in sight.records(*SHAPE.lists):
        if row.get("object") == _OBJECT or ({"totals", "clients", "start_time"} <= row.keys()):
            return "users" if "actor" in row or "user_id" in row else "workspace totals, which name nobody"
    return None


CODEX_ENTERPRISE_ANALYTICS = SourceFormat(
    name="codex-enterprise-analytics",
    dataset="aggregates",
    grain="day",
    namespaces=("email", "openai_user_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Codex Enterprise Analytics",
    recognise=recognise,
    proves="It proves use on a day and rules on counts, such as turns by client; it holds no decision on what was"
    " proposed, and who is not listed is a non-user by the roster.",
    fields=(
        Field("start_time, end_time", "period_start, period_end", "seconds since 1970"),
        Field("actor.email", "users (email)"),
        Field("actor.user_id, user_id", "users (openai_user_id)"),
        Field("actor.*", "", "the kind of account"),
        Field("totals.turns", "prompts"),
        Field("totals.threads", "sessions"),
        Field("totals.input_tokens", "input_tokens"),
        Field("totals.output_tokens", "output_tokens"),
        Field("totals.*", "attributes.*", "credits and further tokens"),
        Field(
            "clients", "attributes.<client>_turns, attributes.<client>_credits", "already in the totals: never added"
        ),
        Field("models", "attributes.<model>_credits"),
        Field("code_attribution.lines_of_code.added", "lines_added"),
        Field("code_attribution.lines_of_code.removed", "lines_removed"),
        Field("code_attribution.lines_of_code.committed", "attributes.lines_committed"),
        Field("code_attribution.lines_added, code_attribution.lines_removed", "lines_added, lines_removed"),
        Field("object", "", "says what the row is"),
        Field("has_more, next_page", "", "paging"),
        Field("*", "attributes.*", "every other plain field"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="The vendor names no delay. Fetch the last two days again.",
)
