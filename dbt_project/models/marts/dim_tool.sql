with

last_weeks as (
    select
        tool_id,
        max(week_start) as last_week_start,
        max(case when not is_provisional then week_start end) as last_final_week_start
    from {{ ref('int_tool_windows') }}
    group by 1
),

known as (
    select tool_id, cast(sum(known_records) as double) / sum(records) as known_share
    from {{ ref('int_identity_coverage') }}
    group by 1
),

-- Marked while the last week rests on a source that has changed its form where figures read it.
marked as (
    select drift.tool_id, drift.since_date, drift.reason
    from {{ ref('int_drift_weeks') }} as drift
    inner join last_weeks on last_weeks.tool_id = drift.tool_id and last_weeks.last_week_start = drift.week_start
),

trusted as (
    select weeks.tool_id, max(weeks.week_start) as week_start
    from {{ ref('int_tool_windows') }} as weeks
    left join {{ ref('int_drift_weeks') }} as drift
        on drift.tool_id = weeks.tool_id and drift.week_start = weeks.week_start
    where not weeks.is_provisional and drift.tool_id is null
    group by 1
),

ruled as (
    select distinct tool_id from {{ ref('stg_rule_book') }}
)

select
    tool.tool_id,
    tool.title,
    tool.owner_name,
    tool.owner_email,
    tool.escalation_email,
    tool.rollup_unproven,
    marked.reason as untrustworthy_reason,
    cast(tool.production as varchar) as production,
    cast(tool.window_weeks as bigint) as window_weeks,
    cast(tool.min_uses as bigint) as min_uses,
    cast(tool.min_available_days as bigint) as min_available_days,
    cast(tool.grace_days as bigint) as grace_days,
    cast(tool.late_days as bigint) as late_days,
    cast(tool.position as bigint) as position,
    known.known_share,
    cast({{ var('least_known_share') }} as double) as least_known_share,
    tool.is_paused,
    ruled.tool_id is not null as has_rules,
    tool.can_prove,
    marked.tool_id is not null as is_untrustworthy,
    tool.live_from,
    last_weeks.last_week_start,
    last_weeks.last_final_week_start,
    trusted.week_start as last_trustworthy_week_start,
    marked.since_date as untrustworthy_since,
    {{ as_utc('reached.data_from_at') }} as data_from_at,
    {{ as_utc('reached.watermark_at') }} as watermark_at
from {{ ref('stg_tools') }} as tool
inner join {{ ref('int_tool_watermarks') }} as reached on reached.tool_id = tool.tool_id
left join last_weeks on last_weeks.tool_id = tool.tool_id
left join known on known.tool_id = tool.tool_id
left join marked on marked.tool_id = tool.tool_id
left join trusted on trusted.tool_id = tool.tool_id
left join ruled on ruled.tool_id = tool.tool_id
