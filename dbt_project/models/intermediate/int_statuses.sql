-- The status of every eligible person for every tool and week, with what it was decided on.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

tools as (select * from {{ ref('stg_tools') }}),

daily_uses as (
    select * from {{ ref('int_uses') }} where {{ is_refreshed('tool_id', 'usage_date', 'grid_from') }}
),

weekly_uses as (
    select
        tool_id, person_no, {{ iso_week('usage_date') }} as week_start,
        cast(sum(uses) as bigint) as uses, count(*) as active_days
    from daily_uses
    group by 1, 2, 3
),

grid as (
    select
        available.*,
        coalesce(weekly_uses.uses, 0) as week_uses,
        coalesce(weekly_uses.active_days, 0) as week_active_days,
        cast({{ days_between("date '2000-01-03'", 'available.week_start') }} / 7 as bigint) as week_number,
        tools.window_weeks
    from {{ ref('int_available_weeks') }} as available
    inner join tools on tools.tool_id = available.tool_id
    left join weekly_uses
        on weekly_uses.tool_id = available.tool_id and weekly_uses.person_no = available.person_no
        and weekly_uses.week_start = available.week_start
),

windowed as (
    {%- for size in window_sizes() %}
    select
        tool_id, person_no, week_start, org_unit, is_eligible, eligible_since,
        cast(sum(week_uses) over weeks_of_window as bigint) as uses,
        cast(sum(week_active_days) over weeks_of_window as bigint) as active_days,
        cast(sum(available_days) over weeks_of_window as bigint) as available_days,
        cast(sum(reachable_days) over weeks_of_window as bigint) as reachable_days
    from grid
    where window_weeks = {{ size }}
    window weeks_of_window as (
        partition by tool_id, person_no order by week_number range between {{ size - 1 }} preceding and current row
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rule_results as (
    select
        rules.tool_id, verdicts.person_no, verdicts.week_start,
        cast(sum(case when verdicts.verdict in ('violated', 'satisfied') then 1 else 0 end) as bigint) as rules_judged,
        cast(sum(case when verdicts.verdict = 'violated' then 1 else 0 end) as bigint) as rules_violated,
        sum(case when verdicts.verdict = 'violated' and rules.severity = 'blocker' then 1 else 0 end) as blockers_violated,
        sum(case when verdicts.verdict = 'violated' and rules.severity = 'major' then 1 else 0 end) as majors_violated,
        sum(case when verdicts.verdict = 'violated' and rules.severity = 'minor' then 1 else 0 end) as minors_violated,
        sum(case when verdicts.verdict = 'satisfied' and rules.severity in ('blocker', 'major') then 1 else 0 end) as serious_satisfied,
        cast(sum(verdicts.judged + verdicts.pending + verdicts.unknown + verdicts.excused) as bigint) as obligations,
        cast(sum(verdicts.broken) as bigint) as broken,
        cast(sum(verdicts.pending) as bigint) as pending,
        min(case when verdicts.verdict = 'violated' then verdicts.rule_no + case rules.severity when 'blocker' then 0 when 'major' then 1000000 else 2000000 end end) % 1000000
            as first_violation_rule_no
    from {{ ref('int_verdicts') }} as verdicts
    inner join {{ ref('stg_rule_book') }} as rules on rules.rule_no = verdicts.rule_no
    group by 1, 2, 3
),

work_items as (
    select
        tool_window.tool_id, alias.person_no, tool_window.week_start, count(*) as work_items
    from {{ ref('stg_work_items') }} as item
    inner join {{ ref('int_alias_people') }} as alias on alias.alias_no = item.alias_no
    inner join {{ ref('int_tool_windows') }} as tool_window
        on tool_window.tool_id = item.tool_id
        and {{ local_date('item.opened_at') }} < tool_window.window_end
        and coalesce({{ local_date('item.closed_at') }}, date '9999-12-31') >= tool_window.window_start
    group by 1, 2, 3
),

paused_weeks as (
    select distinct tool_window.tool_id, tool_window.week_start
    from {{ ref('int_tool_windows') }} as tool_window
    inner join {{ ref('int_tool_pauses') }} as pause
        on pause.tool_id = tool_window.tool_id
        and pause.first_date < tool_window.window_end and pause.last_date >= tool_window.week_start
),

facts as (
    select
        windowed.tool_id, windowed.person_no, windowed.week_start, windowed.org_unit,
        windowed.active_days, windowed.available_days, windowed.reachable_days,
        greatest(windowed.uses, coalesce(reported.uses, 0)) as known_uses,
        -- Null where nobody can know: then nobody is called a non-user.
        case
            when greatest(windowed.uses, coalesce(reported.uses, 0)) >= tools.min_uses
                or ((reported.person_no is null or reported.is_unused) and not coalesce(drift.is_use_blind, false))
            then greatest(windowed.uses, coalesce(reported.uses, 0))
        end as uses,
        {{ days_between('windowed.eligible_since', 'tool_window.window_end') }} as eligible_days,
        coalesce(first_uses.first_use_date < tool_window.window_start, false)
            or coalesce(reported.has_used_before, false) as has_used_before,
        coalesce(rule_results.rules_judged, 0) as rules_judged,
        coalesce(rule_results.rules_violated, 0) as rules_violated,
        coalesce(rule_results.blockers_violated, 0) as blockers_violated,
        coalesce(rule_results.majors_violated, 0) as majors_violated,
        coalesce(rule_results.minors_violated, 0) as minors_violated,
        coalesce(rule_results.serious_satisfied, 0) as serious_satisfied,
        coalesce(rule_results.obligations, 0) as obligations,
        coalesce(rule_results.broken, 0) as broken,
        coalesce(rule_results.pending, 0) as pending,
        rule_results.first_violation_rule_no,
        coalesce(work_items.work_items, 0) as work_items,
        paused.tool_id is not null as is_paused,
        tools.has_work_items or tools.tool_id in (select tool_id from {{ ref('stg_work_items') }}) as has_work_items,
        -- Where what tells of use has gone from the logs, they prove nothing of those whom they do not name.
        tools.can_prove and (not coalesce(drift.is_use_blind, false) or greatest(windowed.uses, coalesce(reported.uses, 0)) >= tools.min_uses)
            as can_prove,
        tools.min_uses, tools.min_available_days, tools.grace_days,
        tools.rollup_unproven,
        tool_window.is_provisional
    from windowed
    inner join tools on tools.tool_id = windowed.tool_id
    inner join {{ ref('int_tool_windows') }} as tool_window
        on tool_window.tool_id = windowed.tool_id and tool_window.week_start = windowed.week_start
    left join paused_weeks as paused
        on paused.tool_id = windowed.tool_id and paused.week_start = windowed.week_start
    left join {{ ref('int_first_uses') }} as first_uses on first_uses.tool_id = windowed.tool_id and first_uses.person_no = windowed.person_no
    left join {{ ref('int_window_uses') }} as reported
        on reported.tool_id = windowed.tool_id and reported.person_no = windowed.person_no
        and reported.week_start = windowed.week_start
    left join {{ ref('int_drift_weeks') }} as drift
        on drift.tool_id = windowed.tool_id and drift.week_start = windowed.week_start
    left join rule_results
        on rule_results.tool_id = windowed.tool_id and rule_results.person_no = windowed.person_no
        and rule_results.week_start = windowed.week_start
    left join work_items
        on work_items.tool_id = windowed.tool_id and work_items.person_no = windowed.person_no
        and work_items.week_start = windowed.week_start
    where windowed.is_eligible and {{ is_refreshed('windowed.tool_id', 'windowed.week_start') }}
),

decided as (
    select *, {{ status_branch() }} as branch from facts
),

named as (
    select
        tool_id, person_no, week_start, org_unit,
        known_uses as uses, active_days, available_days, rules_judged, rules_violated, obligations, broken, pending,
        first_violation_rule_no,
        known_uses >= min_uses as is_active, is_provisional,
        case when branch = 'not_judged: unproven' then coalesce(rollup_unproven, 'not_judged') else split_part(branch, ': ', 1) end as status,
        split_part(branch, ': ', 2) as reason
    from decided
)

select * from named order by week_start
