"""What leadership is shown: each tool against its target, where it is going, what moved since last time, what to train.

Only the company's totals, and only of tools that enough people are meant to use; no person and no small group.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dashboards.marts import reading

WEEKS_BACK = 4
FEWEST_DAYS_BETWEEN = 6
"""A weekly report may come a few hours early; two runs of a day are not two reports."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One tool in the week that is shown, and what is foretold of it.

    The week is the newest final one, or the newest before any is final; None, as all figures, when there is none or too
    few people are meant to use the tool. `measure` is what the target is for. The forecast is of the week in which it
    is due; `refusal` says why there is none.
    """

    tool_id: str
    title: str
    is_paused: bool
    can_show_correctness: bool
    has_rules: bool
    known_share: float | None
    least_known_share: float
    untrustworthy_since: date | None
    """Since when the form of the logs that the figures rest on is another; None: they can be trusted."""
    is_small: bool
    week_start: date | None
    is_provisional: bool
    eligible: int | None
    active: int | None
    correct: int | None
    incorrect: int | None
    eligible_before: int | None
    active_before: int | None
    correct_before: int | None
    measure: str | None
    target: float | None
    due: date | None
    refusal: str | None
    p10: float | None
    p50: float | None
    p90: float | None
    chance: float | None
    needed_people: float | None
    expected_people: float | None


@dataclass(frozen=True, slots=True)
class Movement:
    """Correct users of one tool: in the week that was shown last time, as it was then and is now, and in the new one.

    `behaviour`, `rule`, `population` and `late_data` lead from what was published then to what that week is now;
    `won` and `lost` are people who became or ceased to be correct users in the weeks since.
    """

    tool_id: str
    title: str
    last_week: date
    published: int
    behaviour: int
    rule: int
    population: int
    late_data: int
    week_start: date
    correct: int
    won: int
    lost: int

    @property
    def restated(self) -> int:
        """What last time's week is now."""
        return self.published + self.behaviour + self.rule + self.population + self.late_data


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule of a tool and how many people break it so often that they are incorrect, or need training for it."""

    tool_id: str
    tool: str
    rule_id: str
    title: str
    module: str | None
    people: int
    judged_people: int


def newest_week(path: Path) -> date | None:
    """The newest week that is final of at least half of the tools; before any week is final, the newest at all.

    Telemetry of some tools is days ahead of others: a page of their newest week would be late for all the rest.
    """
    return next(iter(reading.select(path, _NEWEST, {}, _date_if_any)), None)


def weeks(path: Path) -> list[date]:
    """The weeks that any tool has figures of, the newest first."""
    sql = "select distinct week_start from fct_adoption_week where org_level = 'total' order by 1 desc"
    return reading.select(path, sql, {}, _date)


def standings(path: Path, week: date) -> list[Standing]:
    """Every tool as it stands in this week, or in its newest final week before it; in the order of the registry."""
    return reading.select(path, _STANDINGS, {"week": week, "back": WEEKS_BACK}, Standing)


def last_time(path: Path) -> datetime | None:
    """When the publication before came out that a report a week ago was made from; None when this is the first.

    The newest that is six days older; before there is one, the oldest.
    """
    sql = f"""
        select {reading.utc("made.published_at")} as at
        from (select distinct published_at from fct_published_week) as made cross join dim_publication as present
        where made.published_at < present.published_at
        order by made.published_at <= present.published_at - to_days($days::integer) desc,
            case when made.published_at <= present.published_at - to_days($days::integer)
                then made.published_at end desc,
            made.published_at
        limit 1"""
    return next(iter(reading.select(path, sql, {"days": FEWEST_DAYS_BETWEEN}, _moment)), None)


def movements(path: Path, week: date, since: datetime) -> list[Movement]:
    """What became of each tool's correct users since a publication; tools that were not shown then are left out."""
    return reading.select(path, _MOVEMENTS, {"week": week, "since": since}, Movement)


def broken_rules(path: Path, week: date, limit: int) -> list[BrokenRule]:
    """The rules that most people have broken beyond what is tolerated, in the weeks that are shown.

    Rules that judge fewer people than the small-group minimum are left out.
    """
    return reading.select(path, _BROKEN_RULES, {"week": week, "limit": limit}, BrokenRule)


_NEWEST = """
    with reached as (
        select tool_id, max(week_start) as week_start, max(week_start) filter (not is_provisional) as final
        from fct_adoption_week where org_level = 'total' group by tool_id
    ),
    known as (select final from reached where final is not null)
    select coalesce(
        (
            select max(final) from known
            where (select count(*) from known as other where other.final >= known.final) * 2
                >= (select count(*) from known)
        ),
        max(week_start)
    ) as week_start
    from reached
"""

# On the newest page the forecasts that hold now are shown, on one of the past those that knew no later week.
_STANDINGS = f"""
    with shown as (
        select *, row_number() over (partition by tool_id order by is_provisional, week_start desc) as recency
        from fct_adoption_week where org_level = 'total' and week_start <= $week
    ),
    earlier as (
        select tool_id, week_start, eligible, active, correct_user
        from fct_adoption_week where org_level = 'total' and not is_provisional
    ),
    figures as (
        select tool.*, shown.* exclude (tool_id), tool.has_rules and tool.can_prove as can_show,
            coalesce(shown.eligible < publication.small_group, false) as is_small,
            case when can_show and target_correct_share is not null then 'correct'
                when target_active_share is not null then 'active' end as measure
        from dim_tool as tool cross join dim_publication as publication
        left join shown on shown.tool_id = tool.tool_id and recency = 1
    ),
    foretold as (
        select figures.tool_id, forecast.*, row_number() over (
            partition by figures.tool_id order by forecast.from_week_start desc nulls last, forecast.made_at desc
        ) as age
        from figures inner join fct_forecast as forecast
            on forecast.tool_id = figures.tool_id and forecast.measure = figures.measure
            and forecast.org_level = 'total' and forecast.is_due_week
            and case
                when $week >= (select week_start from ({_NEWEST})) then forecast.is_current
                else coalesce(forecast.from_week_start <= figures.week_start, true)
            end
            and forecast.target_due = if(figures.measure = 'correct', target_correct_due, target_active_due)
    )
    select figures.tool_id, title, is_paused, can_show, has_rules, known_share, least_known_share,
        case when figures.week_start + 6 >= untrustworthy_since then untrustworthy_since end,
        is_small,
        case when not is_small then figures.week_start end, coalesce(is_provisional, false),
        case when not is_small then figures.eligible end, case when not is_small then figures.active end,
        case when not is_small and can_show then figures.correct_user end,
        case when not is_small and can_show then figures.incorrect_user end,
        earlier.eligible, earlier.active, case when can_show then earlier.correct_user end,
        figures.measure, if(figures.measure = 'correct', target_correct_share, target_active_share),
        if(figures.measure = 'correct', target_correct_due, target_active_due),
        refusal, p10, p50, p90, chance, needed_people_per_week, expected_people_per_week
    from figures
    left join earlier
        on earlier.tool_id = figures.tool_id and earlier.week_start = figures.week_start - 7 * $back::integer
        and not figures.is_small
    left join foretold on foretold.tool_id = figures.tool_id and foretold.age = 1
    order by position, figures.tool_id"""

_MOVEMENTS = """
    with published as (
        select *, row_number() over (partition by tool_id, week_start order by published_at desc) as age
        from fct_published_week
        where org_level = 'total' and timezone('UTC', published_at) <= $since and week_start <= $week
    ),
    last_shown as (
        select *, row_number() over (partition by tool_id order by week_start desc) as recency
        from published where age = 1 and not is_provisional and eligible > 0
    ),
    shown as (
        select *, row_number() over (partition by tool_id order by is_provisional, week_start desc) as recency
        from fct_adoption_week where org_level = 'total' and week_start <= $week
    ),
    restated as (
        select tool_id, week_start, sum(behaviour)::bigint as behaviour, sum(rule)::bigint as rule,
            sum(population)::bigint as population, sum(late_data)::bigint as late_data
        from fct_restatement
        where org_level = 'total' and status = 'correct_user' and timezone('UTC', published_at) > $since
        group by all
    ),
    stepped as (
        select step.tool_id,
            coalesce(sum(people) filter (to_status = 'correct_user'), 0)::bigint as won,
            coalesce(sum(people) filter (from_status = 'correct_user'), 0)::bigint as lost
        from fct_transition_week as step
        inner join last_shown on last_shown.tool_id = step.tool_id and last_shown.recency = 1
        inner join shown on shown.tool_id = step.tool_id and shown.recency = 1
        where step.org_level = 'total' and step.from_status <> step.to_status
            and step.week_start > last_shown.week_start and step.week_start <= shown.week_start
        group by all
    )
    select tool.tool_id, tool.title, last_shown.week_start, last_shown.correct_user, coalesce(behaviour, 0),
        coalesce(rule, 0), coalesce(population, 0), coalesce(late_data, 0), shown.week_start, shown.correct_user,
        coalesce(won, 0), coalesce(lost, 0)
    from dim_tool as tool
    cross join dim_publication as publication
    inner join last_shown on last_shown.tool_id = tool.tool_id and last_shown.recency = 1
    inner join shown on shown.tool_id = tool.tool_id and shown.recency = 1
    left join restated on restated.tool_id = tool.tool_id and restated.week_start = last_shown.week_start
    left join stepped on stepped.tool_id = tool.tool_id
    where tool.has_rules and tool.can_prove and shown.eligible >= publication.small_group
        and last_shown.eligible >= publication.small_group and shown.week_start >= last_shown.week_start
    order by position, tool.tool_id"""

_BROKEN_RULES = """
    with shown as (
        select *, row_number() over (partition by tool_id order by is_provisional, week_start desc) as recency
        from fct_adoption_week where org_level = 'total' and week_start <= $week
    ),
    newest as (
        select *, row_number() over (partition by tool_id, rule_id order by version desc) as age from dim_rule
    ),
    counted as (
        select judged.tool_id, judged.rule_id,
            count(distinct person_key) filter (verdict = 'violated') as people,
            count(distinct person_key) filter (judged.judged > 0) as judged_people
        from fct_rule_week as judged
        inner join shown on shown.tool_id = judged.tool_id and shown.week_start = judged.week_start and recency = 1
        group by all
    )
    select tool.tool_id, tool.title, counted.rule_id, newest.title, train, people, judged_people
    from counted
    inner join dim_tool as tool on tool.tool_id = counted.tool_id
    inner join newest on newest.tool_id = counted.tool_id and newest.rule_id = counted.rule_id
    cross join dim_publication as publication
    where newest.age = 1 and people > 0 and judged_people >= publication.small_group
    order by people desc, position, counted.rule_id
    limit $limit"""


def _date(value: date) -> date:
    return value


def _date_if_any(value: date | None) -> date | None:
    return value


def _moment(value: datetime) -> datetime:
    return value
