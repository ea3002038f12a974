"""What was published: the publication itself, its tools and its org units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dashboards.marts import reading

CONTRACT_VERSION = 1

WHOLE_COMPANY = "All"


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, when, and by which code and rules. `as_of` is the moment the figures are judged from."""

    publication_id: str
    run_id: str
    code_version: str
    rule_book_hash: str
    timezone: str
    org_unit_attribute: str
    small_group: int
    contract_version: int
    published_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered tool, its judging parameters and how far its weeks have come."""

    tool_id: str
    title: str
    owner_name: str
    window_weeks: int
    min_uses: int
    min_available_days: int
    grace_days: int
    late_days: int
    rollup_unproven: str | None
    is_paused: bool
    has_rules: bool
    can_prove: bool
    live_from: date
    last_week_start: date | None
    last_final_week_start: date | None
    watermark_at: datetime | None
    known_share: float | None
    """Usage records that belong to a known person, of all; None: there is no record."""
    least_known_share: float
    untrustworthy_reason: str | None
    """What has changed in the form of the logs that the last week's figures rest on; None: nothing."""
    untrustworthy_since: date | None
    last_trustworthy_week_start: date | None
    """The newest final week that rests on nothing of the kind."""

    @property
    def has_few_known(self) -> bool:
        """So few records belong to a known person that users may look like non-users."""
        return self.known_share is not None and self.known_share < self.least_known_share

    @property
    def can_show_correctness(self) -> bool:
        """Without rules, or with sources that cannot prove anything, a share of correct users of 0 means unknown."""
        return self.has_rules and self.can_prove


def publication(path: Path) -> Publication | None:
    """The one row that describes the publication; None when the file holds none."""
    columns = "publication_id, run_id, code_version, rule_book_hash, timezone, org_unit_attribute, small_group,"
    sql = (
        f"select {columns} contract_version, {reading.utc('published_at')}, {reading.utc('as_of')} from dim_publication"
    )
    return next(iter(reading.select(path, sql, {}, Publication)), None)


def tools(path: Path) -> list[Tool]:
    """All tools in the order of the registry."""
    sql = f"""
        select tool_id, title, owner_name, window_weeks, min_uses, min_available_days, grace_days, late_days,
            rollup_unproven, is_paused, has_rules, can_prove, live_from, last_week_start, last_final_week_start,
            {reading.utc("watermark_at")}, known_share, least_known_share, untrustworthy_reason, untrustworthy_since,
            last_trustworthy_week_start
        from dim_tool order by position, tool_id"""
    return reading.select(path, sql, {}, Tool)


def org_units(path: Path) -> list[str]:
    """The org units that any tool has figures for, by name."""
    sql = "select distinct org_unit from fct_adoption_week where org_level = 'org_unit' order by org_unit"
    return reading.select(path, sql, {}, str)
