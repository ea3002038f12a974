"""`openai-usage`: pages of OpenAI's organisation usage and costs (Admin API): buckets of time with results by group.

Traps that this reader knows:
- It is use of the API, by a person's keys or a program's, and not use of ChatGPT.
- A result names a user only when it was asked for with `group_by=user_id`, and by id alone: the roster must have it.
- A bucket without results had no use. Buckets of an hour or a minute add up to their UTC day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import BARE, JSON_SUFFIXES, in_period, named, others, read_aggregates
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import FieldError, count, latest_time, needed_text, no_later_than, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import Period, epoch_span, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.review_values import an_object, objects
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("data",), marks=frozenset({"results", "start_time", "end_time"}), enough=2)
SETTLED_AFTER_DAYS = 1
_WHO = {"user_id": "openai_user_id", "api_key_id": "api_key", "project_id": "openai_project_id"}
_PARTS = ("project_id", "api_key_id", "model", "batch", "service_tier", "line_item", "size", "source")
_KNOWN = ("object", "user_id", "input_tokens", "output_tokens", "amount", "num_model_requests")


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The results of one file: pages `{"data": [buckets]}`, alone, glued or one per line, or bare buckets."""
    latest, modified = latest_time(now).date(), modified_at(path)

    def build(bucket: Mapping[str, Any], _item: Item) -> Iterator[AggregateRecord]:
        if "results" not in bucket:
            raise FieldError("unknown_shape", "the bucket has no results")
        period, hour = _period(bucket, latest)
        settled = is_settled(period, modified, SETTLED_AFTER_DAYS)
        for result in objects(bucket, "results"):
            yield replace(in_period(_record(result, hour), period), is_final=settled)

    return read_aggregates(path, SHAPE, build)


def _period(bucket: Mapping[str, Any], latest: date) -> tuple[Period, str]:
    """The UTC day of a bucket, and when in it a shorter bucket begins."""
    start, period = epoch_span(bucket)
    if period.grain != "day":
        raise FieldError("unknown_shape", "a bucket must lie within one UTC day")
    no_later_than(period.start, latest, "start_time")
    return period, "" if start == datetime.combine(period.start, datetime.min.time()) else start.time().isoformat()


def _record(result: Mapping[str, Any], hour: str) -> AggregateRecord:
    kind = needed_text(result, "object", "results.").removeprefix("organization.").removesuffix(".result")
    users = named(result, _WHO, "the results name nobody; ask for them with group_by=user_id")
    parts = [kind, *(_plain(result.get(name)) for name in _PARTS), hour]
    requests, amount = count(result.get("num_model_requests"), "num_model_requests"), an_object(result, "amount")
    cost, currency = number(amount.get("value"), "amount.value"), text(amount.get("currency"), "amount.currency")
    return replace(
        BARE,
        users=users[:1],
        actor_type="human" if users[0].namespace == "openai_user_id" else "service",
        part="|".join(parts).rstrip("|"),
        is_active=None if requests is None else requests > 0,
        measures={
            "input_tokens": count(result.get("input_tokens"), "input_tokens"),
            "output_tokens": count(result.get("output_tokens"), "output_tokens"),
            "cost": cost,
        },
        currency=None if cost is None else (currency or "usd").upper(),
        attributes={"kind": kind} | ({} if requests is None else {"requests": requests}) | others(result, _KNOWN),
        coverage="active_only",
    )


def _plain(value: Any) -> str:
    """A group of a result as text; the flag of a batch as true or false."""
    return str(value).lower() if isinstance(value, bool) else text(value, "a group of the results") or ""


def recognise(sight: Sight) -> str | None:
    """A bucket of time holds results; an empty one belongs to any of them."""
    for bucket in sight.records(*SHAPE.lists):
        if {"start_time", "end_time"} <= bucket.keys() and isinstance(bucket.get("results"), list):
            kinds = {str(one.get("object")) for one in bucket["results"] if isinstance(one, dict)}
            return "costs" if any("costs" in kind for kind in kinds) else "usage"
    return None


OPENAI_USAGE = SourceFormat(
    name="openai-usage",
    dataset="aggregates",
    grain="day",
    namespaces=tuple(_WHO.values()),
    coverage="active_only",
    can_prove=False,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="OpenAI API usage and costs",
    recognise=recognise,
    proves="It proves that a person's keys called the API on a day, by hand or by a program, and what it cost; it says"
    " nothing about ChatGPT, and cannot prove correct or incorrect use.",
    fields=(
        Field("start_time", "period_start", "seconds since 1970; shorter buckets add up to their day"),
        Field("end_time", "period_end"),
        Field("object", "", "the kind of the page's parts"),
        Field("results.object", "part, attributes.kind", "completions, embeddings, images, costs, ..."),
        Field("results.user_id", "users (openai_user_id)", "only with group_by=user_id"),
        Field("results.api_key_id", "users (api_key)", "a service, where no user is named; part otherwise"),
        Field("results.project_id", "users (openai_project_id)", "a service, where no user or key is named"),
        Field("results.num_model_requests", "is_active, attributes.requests", "calls, not prompts of a person"),
        Field("results.input_tokens", "input_tokens"),
        Field("results.output_tokens", "output_tokens"),
        Field("results.amount.value", "cost", "major units"),
        Field("results.amount.currency", "currency"),
        Field("results.*", "attributes.*", "every other plain field; groups such as the model tell parts apart"),
        Field("has_more, next_page", "", "paging"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="Buckets settle within hours. Fetch the last two days again.",
)
