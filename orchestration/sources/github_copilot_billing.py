"""`github-copilot-billing`: what Copilot cost, as the usage report (CSV) or the answer of the billing API (JSON).

An invoice, not telemetry: `quantity` is weighted by model and may be fractional (0.9 requests), and what a plan
includes costs nothing. So a row says what a person cost on a day (or in a month), and nothing about whether they used
it: `is_active` stays unknown, and no row of it ever makes a user or a non-user.

The report has several rows for one person, day, SKU and model that nothing tells apart: they are numbered in their
order, so that none is taken for a repetition of another.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import (
    BARE,
    CSV_SUFFIXES,
    JSON_SUFFIXES,
    in_period,
    known,
    named,
    others,
    read_aggregates,
)
from orchestration.sources.byte_source import begins_as_json
from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import FieldError, cell_number, latest_time, no_later_than, number, text, whole
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import DAY, Period, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=("usageItems",), marks=frozenset({"sku", "unitType", "grossQuantity", "netAmount", "pricePerUnit"}), enough=2
)
SETTLED_AFTER_DAYS = 3
CURRENCY = "USD"
"""The vendor bills in US dollars and its reports name no currency."""

_PARTS = ("sku", "model", "organization", "repository", "cost_center_name")
_AMOUNTS = (
    *("quantity", "applied_cost_per_quantity", "gross_amount", "discount_amount", "total_monthly_quota"),
    *("aic_quantity", "aic_gross_amount"),
)
_ITEM_AMOUNTS = {
    "grossQuantity": "quantity",
    "grossAmount": "gross_amount",
    "discountAmount": "discount_amount",
    "pricePerUnit": "applied_cost_per_quantity",
}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: the CSV report, or the API's `{"timePeriod": ..., "usageItems": [...]}`."""
    latest, modified, seen = latest_time(now).date(), modified_at(path), Counter[tuple[str, ...]]()
    if not begins_as_json(path):
        return read_csv(path, (("date",), ("username",)), lambda row: _row(row, latest, modified, seen))

    def build(value: Mapping[str, Any], item: Item) -> Iterator[AggregateRecord]:
        yield _item(value, item.envelope, latest, modified, seen)

    return read_aggregates(path, SHAPE, build)


def _row(row: Row, latest: date, modified: datetime, seen: Counter[tuple[str, ...]]) -> AggregateRecord:
    amounts = {name: cell_number(row.cells.get(name), name) for name in _AMOUNTS}
    names = frozenset({"date", "username", "net_amount", *_AMOUNTS})
    billed = replace(
        BARE,
        line_no=row.line_no,
        lines=row.lines,
        users=named(row.cells, {"username": "github_login"}, "username is missing or empty"),
        part="|".join(row.cells.get(name) or "" for name in _PARTS),
        measures={"cost": cell_number(row.cells.get("net_amount"), "net_amount")},
        attributes=known(amounts) | row.others(names),
    )
    return _billed(billed, Period.of_day(row.needed_day("date")), latest, modified, seen)


def _item(
    item: Mapping[str, Any],
    envelope: Mapping[str, Any],
    latest: date,
    modified: datetime,
    seen: Counter[tuple[str, ...]],
) -> AggregateRecord:
    told = {name: item.get(name, envelope.get(name)) for name in ("organization", "repository", "user")}
    amounts = {name: number(item.get(field), field) for field, name in _ITEM_AMOUNTS.items()}
    unit = text(item.get("unitType"), "unitType")
    names = (*told, *_ITEM_AMOUNTS, "unitType", "netAmount", "discountQuantity", "netQuantity")
    plain = {name: text(value, name) for name, value in told.items() if name != "user"}
    billed = replace(
        BARE,
        users=named(told, {"user": "github_login"}, "user is missing; ask the API for the usage of each user"),
        part="|".join(text(told.get(name, item.get(name)), name) or "" for name in _PARTS),
        measures={"cost": number(item.get("netAmount"), "netAmount")},
        attributes=known(amounts | plain | {"unit_type": unit}) | others(item, names),
    )
    return _billed(billed, _period(envelope), latest, modified, seen)


def _period(envelope: Mapping[str, Any]) -> Period:
    """A month, or a day of one."""
    told = envelope.get("timePeriod")
    told = told if isinstance(told, dict) else envelope
    year, month, day = (whole(told.get(name), f"timePeriod.{name}") for name in ("year", "month", "day"))
    if year is None or month is None:
        raise FieldError("missing_field", "timePeriod has no month; ask the API for a month or a day")
    try:
        if day is not None:
            return Period.of_day(date(year, month, day))
        return Period("month", date(year, month, 1), date(year, month, monthrange(year, month)[1]) + DAY)
    except (ValueError, OverflowError) as error:
        raise FieldError("bad_time", "timePeriod is no month or day of the calendar") from error


def _billed(
    row: AggregateRecord, period: Period, latest: date, modified: datetime, seen: Counter[tuple[str, ...]]
) -> AggregateRecord:
    no_later_than(period.start, latest, "date")
    row = in_period(row, period)
    seen[row.key] += 1
    return replace(
        row,
        key=(*row.key, str(seen[row.key])),
        currency=CURRENCY,
        is_final=is_settled(period, modified, SETTLED_AFTER_DAYS),
    )


def recognise(sight: Sight) -> str | None:
    """The report bills a product's SKU to a user name; the API's items have units and a price."""
    if sight.has_columns("date", "username", "sku", "quantity"):
        return "usage report with credits" if sight.has_columns("aic_quantity") else "usage report"
    for item in sight.records(*SHAPE.lists):
        if {"sku", "unitType", "netAmount"} <= item.keys():
            return "billing API"
    return None


GITHUB_COPILOT_BILLING = SourceFormat(
    name="github-copilot-billing",
    dataset="aggregates",
    grain="day",
    namespaces=("github_login",),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=CSV_SUFFIXES + JSON_SUFFIXES,
    title="GitHub Copilot billing",
    recognise=recognise,
    proves="It proves what a person cost; it cannot prove use or non-use: what a plan includes is not billed, and a"
    " billed quantity is weighted by model.",
    fields=(
        Field("date", "period_start", "a UTC day"),
        Field("username, user", "users (github_login)"),
        Field("net_amount, netAmount", "cost", "after discounts, in US dollars"),
        Field(
            "quantity, grossQuantity", "attributes.quantity", "requests or credits by unit_type, weighted: no prompts"
        ),
        Field("unit_type, unitType", "attributes.unit_type", "decides whether quantity counts requests or credits"),
        Field("gross_amount, grossAmount", "attributes.gross_amount"),
        Field("discount_amount, discountAmount", "attributes.discount_amount"),
        Field("applied_cost_per_quantity, pricePerUnit", "attributes.applied_cost_per_quantity"),
        Field("aic_quantity", "attributes.aic_quantity", "AI credits"),
        Field("aic_gross_amount", "attributes.aic_gross_amount"),
        Field("total_monthly_quota", "attributes.total_monthly_quota"),
        Field("exceeds_quota", "attributes.exceeds_quota"),
        Field("sku", "part, attributes.sku"),
        Field("model", "part, attributes.model"),
        Field("product", "attributes.product"),
        Field("organization", "part, attributes.organization"),
        Field("repository", "part, attributes.repository"),
        Field("cost_center_name", "part, attributes.cost_center_name"),
        Field("timePeriod", "period_start, period_end", "a month, or one day of it"),
        Field("discountQuantity", "", "what discount_amount was given for"),
        Field("netQuantity", "", "quantity less discountQuantity"),
        Field("enterprise", "", "the account that is billed"),
        Field("*", "attributes.*", "every other column or plain field"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="A day's bill may be corrected for some days. Export the running month again: the newer report wins.",
)
