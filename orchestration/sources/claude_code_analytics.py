"""`claude-code-analytics`: pages of the Claude Code Analytics Admin API, one row per actor, UTC day and terminal.

Rows of one actor and day add up over terminals, remote and local, and organisations. API keys are not people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import (
    FieldError,
    count,
    day,
    flag,
    latest_time,
    needed_text,
    no_later_than,
    number,
    text,
    wrong_type,
)
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import Period, is_settled, modified_at, whole_total
from orchestration.sources.records import AggregateRecord, Identity, Parsed
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("data",), marks=frozenset({"actor", "core_metrics", "tool_actions", "model_breakdown"}))
SETTLED_AFTER_DAYS = 1
_MINOR_UNITS = 100
_NAMES = ("terminal_type", "customer_type", "subscription_type")


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: pages `{"data": [...]}`, alone, glued or one per line, or bare rows."""
    latest, modified = latest_time(now).date(), modified_at(path)
    for item in read_documents(path, SHAPE):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            yield _record(item, latest, modified)
        except FieldError as error:
            yield item.rejected(error)


def _record(item: Item, latest: date, modified: datetime) -> AggregateRecord:
    row = item.value
    if not isinstance(row, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    user, actor_type = _actor(row)
    period = Period.of_day(day(row.get("date"), "date"))
    no_later_than(period.start, latest, "date")
    part, organisation = _part(row), text(row.get("organization_id"), "organization_id") or ""
    costs = _costs(row)
    return AggregateRecord(
        line_no=item.number,
        lines=item.lines,
        key=(user.namespace, user.value.casefold(), period.grain, period.start.isoformat(), part, organisation),
        users=(user,),
        actor_type=actor_type,
        part=part,
        scope=organisation,
        scope_rank=0,
        grain=period.grain,
        period_start=period.start,
        period_end=period.end,
        is_active=True,
        measures=_measures(row, costs),
        currency=next(iter(costs)) if len(costs) == 1 else None,
        attributes=_attributes(row),
        coverage="active_only",
        as_of=None,
        is_final=is_settled(period, modified, SETTLED_AFTER_DAYS),
    )


def _actor(row: Mapping[str, Any]) -> tuple[Identity, str]:
    actor = _object(row, "actor")
    kind = needed_text(actor, "type", "actor.")
    if kind == "user_actor":
        return Identity("email", needed_text(actor, "email_address", "actor.")), "human"
    if kind == "api_actor":
        return Identity("api_key", needed_text(actor, "api_key_name", "actor.")), "service"
    raise FieldError("unknown_value", "actor.type must be one of user_actor, api_actor")


def _part(row: Mapping[str, Any]) -> str:
    """terminal|remote|customer_type|subscription: what tells two rows of one actor and day apart."""
    terminal, customer, subscription = (text(row.get(name), name) or "" for name in _NAMES)
    is_remote = flag(row.get("is_remote"), "is_remote")
    place = "" if is_remote is None else "remote" if is_remote else "local"
    return "|".join((terminal, place, customer, subscription))


def _measures(row: Mapping[str, Any], costs: Mapping[str, float]) -> dict[str, int | float | None]:
    core = _object(row, "core_metrics")
    lines = _object(core, "lines_of_code")
    actions = _actions(row)
    accepted = whole_total(value for name, value in actions.items() if name.endswith("_accepted"))
    rejected = whole_total(value for name, value in actions.items() if name.endswith("_rejected"))
    return {
        "sessions": count(core.get("num_sessions"), "core_metrics.num_sessions"),
        "offered": whole_total((accepted, rejected)),
        "accepted": accepted,
        "rejected": rejected,
        "lines_added": count(lines.get("added"), "lines_of_code.added"),
        "lines_removed": count(lines.get("removed"), "lines_of_code.removed"),
        "commits": count(core.get("commits_by_claude_code"), "core_metrics.commits_by_claude_code"),
        "input_tokens": _tokens(row, "input"),
        "output_tokens": _tokens(row, "output"),
        "cost": next(iter(costs.values())) if len(costs) == 1 else None,
    }


def _actions(row: Mapping[str, Any]) -> dict[str, int | None]:
    """`<tool>_accepted` and `<tool>_rejected` for every tool the row names."""
    found: dict[str, int | None] = {}
    actions = _object(row, "tool_actions")
    for tool in actions:
        decided = _object(actions, tool)
        for word in ("accepted", "rejected"):
            found[f"{tool}_{word}"] = count(decided.get(word), f"tool_actions {word}")
    return found


def _models(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    models = row.get("model_breakdown")
    if models is None:
        return []
    if not isinstance(models, list) or not all(isinstance(model, dict) for model in models):
        raise wrong_type("model_breakdown", "a list of objects", models)
    return models


def _tokens(row: Mapping[str, Any], kind: str) -> int | None:
    return whole_total(count(_object(model, "tokens").get(kind), f"tokens.{kind}") for model in _models(row))


def _costs(row: Mapping[str, Any]) -> dict[str, float]:
    """Estimated cost by currency, in major units; the source gives minor units."""
    found: dict[str, float] = {}
    for model in _models(row):
        cost = _object(model, "estimated_cost")
        amount = number(cost.get("amount"), "estimated_cost.amount")
        if amount is not None:
            currency = needed_text(cost, "currency", "estimated_cost.")
            found[currency] = found.get(currency, 0.0) + amount
    return {currency: amount / _MINOR_UNITS for currency, amount in found.items()}


def _attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    core = _object(row, "core_metrics")
    names = {name: row[name] for name in (*_NAMES, "is_remote") if row.get(name) is not None}
    counts = {
        "pull_requests": count(core.get("pull_requests_by_claude_code"), "core_metrics.pull_requests_by_claude_code"),
        "cache_read_tokens": _tokens(row, "cache_read"),
        "cache_creation_tokens": _tokens(row, "cache_creation"),
    }
    costs = _costs(row)
    several = {f"cost_{currency}": amount for currency, amount in costs.items()} if len(costs) > 1 else {}
    known = {"date", "actor", "organization_id", "core_metrics", "tool_actions", "model_breakdown", *names}
    more = {name: value for name, value in row.items() if name not in known and not isinstance(value, dict | list)}
    found = more | names | counts | _actions(row) | several
    return {name: value for name, value in found.items() if value is not None}


def _object(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_type(name if name in _OBJECTS else "an entry of tool_actions", "an object", value)
    return value


_OBJECTS = {"actor", "core_metrics", "lines_of_code", "tool_actions", "tokens", "estimated_cost"}


def recognise(sight: Sight) -> str | None:
    """Rows have an actor and core_metrics; is_remote or a subscription came with the second version."""
    for row in sight.records(*SHAPE.lists):
        if isinstance(row.get("actor"), dict) and "core_metrics" in row:
            return "2" if row.keys() & {"is_remote", "subscription_type"} else "1"
    return None


CLAUDE_CODE_ANALYTICS = SourceFormat(
    name="claude-code-analytics",
    dataset="aggregates",
    grain="day",
    namespaces=("email", "api_key"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="Claude Code Analytics (Admin API)",
    recognise=recognise,
    proves="It proves use on a day and rules on counts, such as edits accepted and rejected; it lists active users"
    " only, so a non-user is one by the roster.",
    fields=(
        Field("date", "period_start", "a UTC day"),
        Field("actor.type", "actor_type", "user_actor is human, api_actor a service"),
        Field("actor.email_address", "users (email)"),
        Field("actor.api_key_name", "users (api_key)", "no person"),
        Field("organization_id", "scope"),
        Field("terminal_type", "part, attributes.terminal_type", "rows of one day add up over terminals"),
        Field("is_remote", "part, attributes.is_remote"),
        Field("customer_type", "part, attributes.customer_type"),
        Field("subscription_type", "part, attributes.subscription_type"),
        Field("core_metrics.num_sessions", "sessions"),
        Field("core_metrics.lines_of_code", "lines_added, lines_removed"),
        Field("core_metrics.commits_by_claude_code", "commits"),
        Field("core_metrics.pull_requests_by_claude_code", "attributes.pull_requests"),
        Field(
            "tool_actions",
            "accepted, rejected, offered, attributes.<tool>_accepted, attributes.<tool>_rejected",
            "summed over tools, and of each tool",
        ),
        Field("model_breakdown.model", "", "the measures are summed over models"),
        Field(
            "model_breakdown.tokens",
            "input_tokens, output_tokens, attributes.cache_read_tokens, attributes.cache_creation_tokens",
        ),
        Field(
            "model_breakdown.estimated_cost",
            "cost, currency",
            "minor units in the source; several currencies become attributes",
        ),
        Field("has_more", "", "of the page"),
        Field("next_page", "", "of the page"),
        Field("*", "attributes.*", "every other plain field"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="Within an hour or so; a day is closed at midnight UTC. Fetch the last two days again.",
)
