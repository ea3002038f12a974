"""Movement, needs and effects of a hand-made publication, counted from its person rows; see publication.py."""

from __future__ import annotations

_LEVELS = (("total", "'All'"), ("org_unit", "org_unit"))

TRANSITIONS = """
insert into fct_transition_week by name
with steps as (
    select tool_id, org_unit, week_start, is_provisional, status as to_status, reason as to_reason,
        lag(status) over life as from_status, lag(reason) over life as from_reason
    from fct_person_tool_week window life as (partition by person_key, tool_id order by week_start)
)
select tool_id, '{level}' as org_level, {unit} as org_unit, week_start, from_status, from_reason, to_status, to_reason,
    case when from_status = to_status then 'stayed'
        when from_status = 'correct_user' and to_status = 'incorrect_user' then 'decay'
        when from_status = 'incorrect_user' and to_status = 'correct_user' then 'recovery'
        when to_status = 'not_judged' then 'out_of_sight' when from_status = 'not_judged' then 'into_sight'
        when from_status = 'non_user' then 'adoption' else 'abandonment' end as movement,
    count(*) as people, bool_or(is_provisional) as is_provisional
from steps where from_status is not null group by all
"""

LIFECYCLE = """
insert into fct_lifecycle_week by name
with lives as (
    select tool_id, org_unit, week_start, is_provisional,
        case when is_active and lag(is_active) over life then 'retained'
            when is_active and bool_or(is_active) over before then 'resurrected' when is_active then 'new'
            when bool_or(is_active) over before then 'dormant' when reason = 'tried' then 'tried'
            when reason = 'away' then 'away' else 'never' end as lifecycle
    from fct_person_tool_week
    window life as (partition by person_key, tool_id order by week_start),
        before as (
            partition by person_key, tool_id order by week_start rows between unbounded preceding and 1 preceding
        )
)
select *, people / eligible as share from (
    select tool_id, '{level}' as org_level, {unit} as org_unit, week_start, lifecycle, count(*) as people,
        sum(count(*)) over (partition by tool_id, {unit}, week_start)::bigint as eligible,
        bool_or(is_provisional) as is_provisional
    from lives group by tool_id, {unit}, week_start, lifecycle
)
"""

RETENTION = """
insert into fct_retention by name
with began as (
    select person_key, tool_id, min(week_start) as cohort_week from fct_person_tool_week where is_active group by 1, 2
),
aged as (
    select tool_id, cohort_week, week_start, (week_start - cohort_week) // 7 as age_weeks, count(*) as people,
        count(*) filter (is_active) as active, count(*) filter (status = 'correct_user') as correct,
        bool_or(is_provisional) as is_provisional
    from began inner join fct_person_tool_week using (person_key, tool_id) where week_start >= cohort_week group by all
)
select tool_id, cohort_week, week_start, age_weeks, people < 5 as is_hidden, is_provisional,
    cohort_week = min(cohort_week) over (partition by tool_id) as began_before,
    case when people >= 5 then people end as people, case when people >= 5 then active end as active,
    case when people >= 5 then active / people end as active_share,
    case when people >= 5 then correct / people end as correct_share
from aged
"""

SEGMENTS = """
insert into fct_usage_segment_week by name
with read as (
    select tool_id, org_unit, week_start, status, is_provisional, window_weeks,
        case when uses > 30 then 'power' when uses > 20 then 'habitual' when uses > 4 then 'novice'
            when uses > 0 then 'low' when reason = 'new' then 'too_little_history' else 'non_user' end as segment
    from fct_person_tool_week cross join (values (12), (4)) as lengths (window_weeks)
)
select tool_id, '{level}' as org_level, {unit} as org_unit, week_start, window_weeks, segment, status,
    count(*) as people, sum(count(*)) over (partition by tool_id, {unit}, week_start, window_weeks)::bigint as eligible,
    bool_or(is_provisional) as is_provisional
from read group by tool_id, {unit}, week_start, window_weeks, segment, status
"""

INTENDED = """
insert into fct_intended_use_unit by name
with newest as (
    select * from fct_person_tool_week
    qualify dense_rank() over (partition by tool_id order by is_provisional, week_start desc) = 1
)
select *, people / eligible as share from (
    select tool_id, '{level}' as org_level, {unit} as org_unit, week_start, bool_or(is_provisional) as is_provisional,
        case when is_active then 'active' when reason = 'never' then 'never_used' when reason in ('tried', 'lapsed')
            then reason else 'unknown' end as use_state,
        count(*) as people, sum(count(*)) over (partition by tool_id, {unit})::bigint as eligible
    from newest group by tool_id, {unit}, week_start, 6
)
"""

NEEDS = """
insert into fct_training_need by name
select person_key, tool_id, week.org_unit, rule_id, train as module, 'RV-101' as module_code, severity, status, reason,
    first_broken_event_ids, 'cases that keep the rule' as clean_case, version, ruled.judged, ruled.broken,
    ruled.broken / ruled.judged as broken_share, tolerate as permitted_share,
    (ruled.broken * 9)::bigint as clean_cases_until_not_violated,
    (ruled.broken * 12)::bigint as clean_cases_until_satisfied, count(*) over (partition by tool_id) as rule_people,
    1 as priority, ruled.is_provisional, (week_start + 28)::date as clean_from_week, week_start
from fct_rule_week as ruled inner join fct_person_tool_week as week using (person_key, tool_id, week_start)
inner join (select tool_id, rule_id, train, tolerate from dim_rule) using (tool_id, rule_id)
where verdict = 'violated'
qualify dense_rank() over (partition by tool_id order by ruled.is_provisional, week_start desc) = 1
"""

NEEDS_BY_UNIT = """
insert into fct_training_need_unit by name
with newest as (
    select * from fct_rule_week
    qualify dense_rank() over (partition by tool_id order by is_provisional, week_start desc) = 1
),
counted as (
    select tool_id, rule_id, any_value(train) as module, 'RV-101' as module_code, newest.severity,
        '{level}' as org_level, {unit} as org_unit, count(*) filter (verdict = 'violated') as people,
        count(*) filter (verdict in ('violated', 'satisfied')) as judged_people, sum(judged)::bigint as judged,
        sum(broken)::bigint as broken, 1 as priority, bool_or(is_provisional) as is_provisional, week_start
    from newest inner join (select tool_id, rule_id, train from dim_rule) using (tool_id, rule_id)
    group by tool_id, rule_id, newest.severity, {unit}, week_start
)
select * replace (case when judged_people >= 3 then people end as people),
    case when judged_people >= 3 then people / judged_people end as people_share,
    broken / nullif(judged, 0) as broken_share, judged_people < 3 as is_hidden
from counted
"""

# A plan of everybody who needs it: of ten, one was left out, four have completed it and one of these late.
PLANS = """
insert into dim_training_plan by name
select '2026-10-01-1' as plan_id, 'p' as publication_id, 7 as seed, 0.1 as hold_out_share,
    date '2026-10-29' as due_date, timestamptz '2026-10-01 09:00+00' as made_at
"""
PLAN_ENTRIES = """
insert into fct_training_plan by name
with listed as (
    select *, row_number() over (partition by tool_id, rule_id order by person_key) as place from fct_training_need
)
select '2026-10-01-1' as plan_id, person_key, tool_id, rule_id, module, module_code, severity,
    case place % 10 when 0 then 'hold_out' else 'train' end as arm,
    ['held_out', 'completed', 'completed', 'completed', 'completed_late', 'overdue', 'overdue', 'overdue', 'overdue',
        'overdue'][1 + place % 10] as state,
    version, judged, broken, true as is_drawn, week_start, date '2026-10-29' as due_date,
    timestamptz '2026-10-01 09:00+00' as made_at,
    case when place % 10 between 1 and 3 then timestamptz '2026-10-20 09:00+00'
        when place % 10 = 4 then timestamptz '2026-11-03 09:00+00' end as completed_at
from listed
"""

# One training that helped, and one question that cannot be answered.
EFFECTS = """
insert into fct_training_effect by name
select tool_id || refusal_no as effect_id, 'p' as publication_id, tool_id, rule_id, train as module,
    case refusal_no when 0 then 'broken_share' else 'satisfied_share' end as measure, 'matched' as design,
    case refusal_no when 0 then 'improved' else 'refused' end as finding,
    case refusal_no when 1 then 'fewer than 10 people were trained' end as refusal, 42 as trained_people,
    61 as comparison_people, 3 as left_out_people, 6 as weeks_after, 0.41 as trained_before, -0.18 as estimate,
    -0.25 as low, -0.11 as high, 0.01 as placebo_estimate, -0.04 as placebo_low, 0.06 as placebo_high,
    true as is_current
from dim_rule cross join (values (0), (1)) as refusals (refusal_no)
"""
EFFECT_WEEKS = """
insert into fct_training_effect_week by name
select tool_id || '0' as effect_id, tool_id, rule_id, week as event_week, 42 as trained_people,
    61 as comparison_people, case when week < 0 then 0.41 + week / 200 else 0.30 - week / 50 end as trained_level,
    0.40 + week / 300 as comparison_level, false as is_hidden, true as is_current
from dim_rule cross join range(-6, 7) as weeks (week)
"""


def statements() -> list[str]:
    """All of them, in an order that holds."""
    by_level = (TRANSITIONS, LIFECYCLE, SEGMENTS, INTENDED, NEEDS_BY_UNIT)
    levelled = [text.format(level=level, unit=unit) for text in by_level for level, unit in _LEVELS]
    return [*levelled, RETENTION, NEEDS, PLANS, PLAN_ENTRIES, EFFECTS, EFFECT_WEEKS]
