-- What was measured of each promise in each week: one column per figure, null where it is not known.
with

-- A day on which fewer than half of the usual people are at work is no working day of the tool's.
working as (
    select
        *, {{ iso_week('day') }} as week_start,
        available_people * 2 >= max(available_people) over (partition by tool_id, {{ iso_week('day') }}) and available_people > 0 as is_working
    from {{ ref('int_tool_days') }}
),

daily as (
    select
        tool_id, week_start,
        avg(case when is_working then cast(people as double) end) as people_per_day,
        avg(case when is_working then cast(uses as double) end) as uses_per_day,
        cast(sum(decisions) as bigint) as decisions,
        cast(sum(overridden) as bigint) as overridden,
        cast(count(case when is_outage then 1 end) as double)
            / nullif(count(case when not is_paused and not is_holiday and (is_outage or available_people > 0) then 1 end), 0) as outage_share
    from working
    group by 1, 2
),

obligations as (
    select rule.tool_id, weeks.obligation_week as week_start, cast(sum(weeks.judged) as bigint) as judged, cast(sum(weeks.broken) as bigint) as broken
    from {{ ref('int_rule_weeks') }} as weeks
    inner join {{ ref('stg_rule_book') }} as rule on rule.rule_no = weeks.rule_no
    where rule.severity in ('blocker', 'major') and rule.kind not in ('share', 'calibrated')
    group by 1, 2
),

-- The gap between how sure the tool was and how often it was right, a tenth of confidence at a time: one that is too
-- sure here and too unsure there is not calibrated, though its average is. What chance alone would make of so few
-- decisions is taken off (the mean of a half-normal, sqrt(2/pi) = 0.798 standard deviations).
tenths as (
    select
        tool_id, {{ iso_week('day') }} as week_start, confidence_tenth,
        sum(decisions) as decisions, sum(right_ones) as right_ones, sum(confidence_sum) as confidence_sum
    from {{ ref('int_decision_days') }}
    where confidence_tenth is not null
    group by 1, 2, 3
),

windows as (
    select
        weeks.tool_id, weeks.week_start, tenths.confidence_tenth,
        sum(tenths.decisions) as decisions, sum(tenths.right_ones) as right_ones, sum(tenths.confidence_sum) as confidence_sum
    from {{ ref('int_tool_weeks') }} as weeks
    inner join tenths
        on tenths.tool_id = weeks.tool_id and tenths.week_start between weeks.window_start and weeks.week_start
    group by 1, 2, 3
),

calibration as (
    select
        tool_id, week_start, cast(sum(decisions) as bigint) as confident_decisions,
        greatest(cast(sum(
            abs(confidence_sum - right_ones)
            - 0.798 * sqrt(confidence_sum * (1 - confidence_sum / decisions))
        ) / sum(decisions) as double), 0.0) as calibration_gap
    from windows
    group by 1, 2
),

freshness as (
    select tool_id, week_start, max(oldest_hours) as oldest_hours from {{ ref('int_freshness_weeks') }} group by 1, 2
)

select
    weeks.tool_id, weeks.week_start, weeks.is_provisional,
    daily.people_per_day, daily.uses_per_day, daily.outage_share, daily.decisions, daily.overridden,
    obligations.judged, obligations.broken,
    calibration.confident_decisions, calibration.calibration_gap,
    freshness.oldest_hours,
    latency.answers, latency.answers_in_time,
    case when owner.on_roster_until is not null then owner.on_roster_until >= {{ add_days('weeks.week_start', 6) }} end as has_owner,
    coalesce(paused.tool_id is not null, false) as is_paused
from {{ ref('int_tool_weeks') }} as weeks
left join daily on daily.tool_id = weeks.tool_id and daily.week_start = weeks.week_start
left join obligations on obligations.tool_id = weeks.tool_id and obligations.week_start = weeks.week_start
left join calibration on calibration.tool_id = weeks.tool_id and calibration.week_start = weeks.week_start
left join freshness on freshness.tool_id = weeks.tool_id and freshness.week_start = weeks.week_start
left join {{ ref('int_latency_weeks') }} as latency on latency.tool_id = weeks.tool_id and latency.week_start = weeks.week_start
left join {{ ref('int_tool_contacts') }} as owner on owner.tool_id = weeks.tool_id and owner.role = 'owner'
left join (
    select distinct tool_id, {{ iso_week('day') }} as week_start from {{ ref('int_tool_days') }} where is_paused
) as paused on paused.tool_id = weeks.tool_id and paused.week_start = weeks.week_start
where not weeks.has_own_period
