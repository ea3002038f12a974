"""Who flips: the marts that were published beside those that other rules would have given, over the same data.

Small groups. Organisational units are those of the publication, with its small ones merged. On top of that, a move of
people from class to class is shown for a unit only when at least `small_group` people of it move; the units with fewer
(and with none) are shown together, and the next smallest unit joins them while they are too few. So what is left after
subtracting every shown unit from the tool's total is either at least `small_group` people or no unit's at all, and
that a unit has no move is not told either. Units are split by class alone and have no sums of their own: every number
of a unit then stands in one sum only, the total of its move. The totals of a tool are exact, as they are in every
publication. What a reader could learn by simulating many rules in turn no floor can prevent: that needs the workspace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

ALL_UNITS = "All units"
OTHER_UNITS = "Other units"
_SMALL_GROUPS = "Small groups"  # as int_org_units names them

Row = Mapping[str, Any]
Change = Literal["replaced", "added", "dropped", "unchanged"]

_BOTH = f"""
    create temp table both_weeks as
    select
        before.person_key, before.tool_id, coalesce(shown.org_unit, '{_SMALL_GROUPS}') as org_unit,
        before.status as from_status, before.reason as from_reason,
        after.status as to_status, after.reason as to_reason,
        case after.status
            when 'incorrect_user' then after.first_violation_rule_id else before.first_violation_rule_id
        end as rule_id,
        after.is_provisional
    from published.fct_person_tool_week as before
    inner join simulated.fct_person_tool_week as after
        on after.tool_id = before.tool_id and after.week_start = before.week_start
        and after.person_key = before.person_key
    left join published.fct_adoption_week as shown
        on shown.tool_id = before.tool_id and shown.week_start = before.week_start
        and shown.org_level = 'org_unit' and shown.org_unit = coalesce(before.org_unit, 'Unknown')
    where before.tool_id = $tool and before.week_start = $week
"""
_CLASSES = """
    select
        status, cast(sum(was) as bigint) as before, cast(sum(will) as bigint) as after
    from (
        select from_status as status, 1 as was, 0 as will from both_weeks
        union all
        select to_status, 0, 1 from both_weeks
    )
    group by status order by status
"""
_FLIPS = """
    select tool_id, from_status, from_reason, to_status, to_reason, count(*) as people
    from both_weeks
    where (from_status, from_reason) is distinct from (to_status, to_reason)
    group by all order by people desc, from_status, from_reason, to_status, to_reason
"""
_UNITS = f"""
    with
    moves as (
        select tool_id, org_unit, from_status, to_status from both_weeks where from_status <> to_status
    ),
    cells as (
        select move.tool_id, move.from_status, move.to_status, unit.org_unit, count(moves.tool_id) as people
        from (select distinct tool_id, from_status, to_status from moves) as move
        cross join (select distinct org_unit from both_weeks) as unit
        left join moves using (tool_id, from_status, to_status, org_unit)
        group by all
    ),
    ranked as (
        select
            *, sum(people) over (
                partition by from_status, to_status order by people, org_unit
                rows between unbounded preceding and 1 preceding
            ) as people_in_smaller
        from cells
    ),
    shown as (
        select
            *, case when people < $small_group or people_in_smaller < $small_group then '{OTHER_UNITS}' else org_unit
            end as shown_as
        from ranked
    )
    select
        tool_id,
        case when bool_and(shown_as = '{OTHER_UNITS}') over move then '{ALL_UNITS}' else shown_as end as org_unit,
        from_status, to_status, cast(sum(people) as bigint) as people, count(*) as units
    from shown
    group by tool_id, from_status, to_status, shown_as
    window move as (partition by tool_id, from_status, to_status)
    order by from_status, to_status, shown_as = '{OTHER_UNITS}', people desc, org_unit
"""
_PEOPLE = """
    select person_key, tool_id, from_status, from_reason, to_status, to_reason, rule_id
    from both_weeks
    where (from_status, from_reason) is distinct from (to_status, to_reason)
    order by from_status, to_status, from_reason, to_reason, person_key
"""
_TERMS = """
    select rule_id, version, semantic_hash, effective_from, effective_to, sentence
    from {database}.dim_rule where tool_id = $tool order by rule_id, version
"""
_VERDICTS = """
    select rule_id, verdict, count(*) as people
    from {database}.fct_rule_week where tool_id = $tool and week_start = $week group by all order by rule_id, verdict
"""
_OBLIGATIONS = """
    select
        rule_id, cast(sum(judged) as bigint) as judged, cast(sum(broken) as bigint) as broken,
        cast(sum(pending) as bigint) as pending, cast(sum(unknown) as bigint) as unknown,
        cast(sum(excused) as bigint) as excused
    from {database}.fct_rule_week where tool_id = $tool and week_start = $week group by rule_id
"""
_VIOLATIONS = """
    select
        coalesce(before.rule_id, after.rule_id) as rule_id,
        count(*) filter (before.person_key is null) as violated, count(*) filter (after.person_key is null) as cleared
    from (
        select rule_id, person_key from published.fct_rule_week
        where tool_id = $tool and week_start = $week and verdict = 'violated'
    ) as before
    full join (
        select rule_id, person_key from simulated.fct_rule_week
        where tool_id = $tool and week_start = $week and verdict = 'violated'
    ) as after
        on after.rule_id = before.rule_id and after.person_key = before.person_key
    group by 1
"""


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many people of the tool are in one class, as published and as simulated."""

    status: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Flip:
    """So many people of the tool move from a status and reason to another; the class itself may stay."""

    tool_id: str
    from_status: str
    from_reason: str
    to_status: str
    to_reason: str
    people: int


@dataclass(frozen=True, slots=True)
class UnitFlip:
    """So many people of an organisational unit move from class to class.

    `units`: how many of the published units the row stands for; more than one in OTHER_UNITS and ALL_UNITS.
    """

    tool_id: str
    org_unit: str
    from_status: str
    to_status: str
    people: int
    units: int


@dataclass(frozen=True, slots=True)
class PersonFlip:
    """One person who moves; `rule_id` is the first rule violated after it, or before when none is after."""

    person_key: str
    tool_id: str
    from_status: str
    from_reason: str
    to_status: str
    to_reason: str
    rule_id: str | None


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """What a rule comes to in the window: its versions, people by verdict, obligations by outcome."""

    versions: tuple[int, ...] = ()
    verdicts: Mapping[str, int] | None = None
    judged: int = 0
    broken: int = 0
    pending: int = 0
    unknown: int = 0
    excused: int = 0


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """One rule of the tool before and after. `violated` and `cleared` count people who were not, or no longer are."""

    rule_id: str
    change: Change
    sentence: str
    before: RuleCounts
    after: RuleCounts
    violated: int
    cleared: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """One tool and week under other rules. `is_provisional`: by the other rules' deadlines the week is not final.

    `people` holds person-level rows; whoever shows them logs it.
    """

    tool_id: str
    week_start: date
    small_group: int
    is_provisional: bool
    classes: tuple[ClassCount, ...]
    flips: tuple[Flip, ...]
    units: tuple[UnitFlip, ...]
    rules: tuple[RuleEffect, ...]
    people: tuple[PersonFlip, ...]

    @property
    def week(self) -> str:
        return f"{self.week_start:%G-W%V}"

    @property
    def eligible(self) -> int:
        return sum(one.before for one in self.classes)

    @property
    def moved(self) -> int:
        """How many people change their class."""
        return sum(one.people for one in self.flips if one.from_status != one.to_status)

    @property
    def changed_rules(self) -> tuple[RuleEffect, ...]:
        return tuple(one for one in self.rules if one.change != "unchanged")


def compare(published: Path, simulated: Path, tool_id: str, week_start: date) -> Simulation:
    """What changes for one tool and published week between two files of marts (orchestration/counterfactual.py)."""
    with _attached(published, simulated) as marts:
        marts.run(_BOTH, tool=tool_id, week=week_start)
        (small_group,) = (row["small_group"] for row in marts.rows("select small_group from published.dim_publication"))
        (provisional,) = (row["found"] for row in marts.rows("select max(is_provisional) as found from both_weeks"))
        return Simulation(
            tool_id=tool_id,
            week_start=week_start,
            small_group=small_group,
            is_provisional=bool(provisional),
            classes=tuple(ClassCount(**row) for row in marts.rows(_CLASSES)),
            flips=tuple(Flip(**row) for row in marts.rows(_FLIPS)),
            units=tuple(UnitFlip(**row) for row in marts.rows(_UNITS, small_group=small_group)),
            rules=tuple(_effects(marts, tool_id, week_start)),
            people=tuple(PersonFlip(**row) for row in marts.rows(_PEOPLE)),
        )


def proposed_book(book: Sequence[Row], proposed: Sequence[Row], *, alone: bool = False) -> list[dict[str, Any]]:
    """The rows of `book` with those of `proposed` (one tool's) in place of every version of the same rules.

    A rule of which `proposed` says nothing that `book` does not say keeps its versions and their days, those included
    that no file has any more. A rule keeps its place, for of several violated rules the first is named; a new one
    comes last. `alone` drops the tool's other rules. All rows are numbered anew from 1.
    """
    tool_ids = {row["tool_id"] for row in proposed}
    versions = _by_rule(proposed)
    old = _by_rule([row for row in book if row["tool_id"] in tool_ids])
    chosen = {
        rule_id: old[rule_id] if _is_known(rows, old.get(rule_id, [])) else rows for rule_id, rows in versions.items()
    }
    if not alone:
        chosen = old | chosen
    placed = dict.fromkeys((row["tool_id"] in tool_ids, row["rule_id"]) for row in [*book, *proposed])
    others = _by_rule([row for row in book if row["tool_id"] not in tool_ids])
    rows = [row for is_mine, rule_id in placed for row in (chosen if is_mine else others).get(rule_id, [])]
    return [{**row, "rule_no": number} for number, row in enumerate(rows, start=1)]


def _by_rule(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The versions of each rule, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["rule_id"], []).append(row)
    return found


def _is_known(proposed: Sequence[Row], book: Sequence[Row]) -> bool:
    """Whether each version is in the book already, with the same meaning and no other last day of its own."""
    last_days = {(row["version"], row["semantic_hash"]): row["effective_to"] for row in book}
    return all(
        (key := (row["version"], row["semantic_hash"])) in last_days and row["effective_to"] in (None, last_days[key])
        for row in proposed
    )


@dataclass(frozen=True, slots=True)
class _Marts:
    """Both files, attached as `published` and `simulated`."""

    connection: duckdb.DuckDBPyConnection

    def run(self, sql: str, **parameters: Any) -> None:
        self.connection.execute(sql, parameters)

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        result = self.connection.execute(sql, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@contextmanager
def _attached(published: Path, simulated: Path) -> Iterator[_Marts]:
    with duckdb.connect() as connection:
        for alias, path in (("published", published), ("simulated", simulated)):
            place = str(path).replace("'", "''")
            connection.execute(f"attach '{place}' as {alias} (read_only)")
        yield _Marts(connection)


def _effects(marts: _Marts, tool_id: str, week_start: date) -> Iterator[RuleEffect]:
    """Every rule of the tool, by id."""
    terms = {name: _terms(marts, name, tool_id) for name in ("published", "simulated")}
    counts = {name: _counts(marts, name, tool_id, week_start) for name in ("published", "simulated")}
    violations = {row["rule_id"]: row for row in marts.rows(_VIOLATIONS, tool=tool_id, week=week_start)}
    for rule_id in sorted({*terms["published"], *terms["simulated"]}):
        before, after = terms["published"].get(rule_id, []), terms["simulated"].get(rule_id, [])
        violated = violations.get(rule_id, {"violated": 0, "cleared": 0})
        yield RuleEffect(
            rule_id=rule_id,
            change=_change(before, after),
            sentence=(after or before)[-1]["sentence"],
            before=_rule_counts(before, counts["published"].get(rule_id, {})),
            after=_rule_counts(after, counts["simulated"].get(rule_id, {})),
            violated=violated["violated"],
            cleared=violated["cleared"],
        )


def _terms(marts: _Marts, database: str, tool_id: str) -> dict[str, list[Row]]:
    """The versions of each rule."""
    return _by_rule(marts.rows(_TERMS.format(database=database), tool=tool_id))


def _counts(marts: _Marts, database: str, tool_id: str, week_start: date) -> dict[str, dict[str, Any]]:
    """The fields of RuleCounts by rule, without the versions."""
    scope = {"tool": tool_id, "week": week_start}
    found = {row.pop("rule_id"): row for row in marts.rows(_OBLIGATIONS.format(database=database), **scope)}
    for row in marts.rows(_VERDICTS.format(database=database), **scope):
        found[row["rule_id"]].setdefault("verdicts", {})[row["verdict"]] = row["people"]
    return found


def _rule_counts(terms: Sequence[Row], counts: Mapping[str, Any]) -> RuleCounts:
    return RuleCounts(versions=tuple(row["version"] for row in terms), **{"verdicts": {}, **counts})


def _change(before: Sequence[Row], after: Sequence[Row]) -> Change:
    if not before or not after:
        return "added" if after else "dropped"
    return "unchanged" if _meaning(before) == _meaning(after) else "replaced"


def _meaning(terms: Sequence[Row]) -> list[tuple[Any, ...]]:
    """What each version means and when it judges; prose is nothing that anybody could flip by."""
    names = ("version", "semantic_hash", "effective_from", "effective_to")
    return [tuple(row[name] for name in names) for row in terms]
