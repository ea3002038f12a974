-- The ISO weeks of each tool: from the week of live_from to the last that ended by the tool's data-through and the
-- day asked for. `open_mask` holds the days on which the tool was live and neither
-- in outage nor in a pause that has ended.
with

tools as (select * from {{ ref('int_tool_watermarks') }}),

weeks as (
    select
        tool_id, live_from, late_days, window_weeks, watermark_at, as_of, has_own_period,
        {{ week_series('first_week', 'last_week') }} as week_start
    from (
        select
            *,
            -- A period of its own holds the weeks whose Monday lies in it.
            case
                when has_own_period then {{ add_days(iso_week('cast(' ~ add_microseconds('judged_from_at', -1) ~ ' as date)'), 7) }}
                else {{ iso_week('live_from') }}
            end as first_week,
            case
                when has_own_period then {{ iso_week('cast(' ~ add_microseconds('judged_to_at', -1) ~ ' as date)') }}
                else {{ add_days(iso_week('judged_to_date'), -7) }}
            end as last_week
        from tools
    ) as ranges
    where first_week <= last_week
),

-- Of the versions that are in force on some day of the window: one that has gone keeps no week open any more.
longest_within as (
    select weeks.tool_id, weeks.week_start, max(rules.within_us) as within_us
    from weeks
    inner join {{ ref('stg_rule_book') }} as rules
        on rules.tool_id = weeks.tool_id
        and coalesce(rules.effective_from, date '0001-01-01') < {{ add_days('weeks.week_start', 7) }}
        and coalesce(rules.effective_to, date '9999-12-31') >= {{ add_days('weeks.week_start', '-7 * (weeks.window_weeks - 1)') }}
    group by 1, 2
),

outage_masks as (
    select
        weeks.tool_id, weeks.week_start,
        bit_or({{ day_mask(local_date('outage.starts_at'), local_date(add_microseconds('outage.ends_at', -1)), 'weeks.week_start') }}) as outage_mask
    from weeks
    inner join {{ ref('stg_outages') }} as outage
        on outage.tool_id = weeks.tool_id
        and {{ local_date('outage.starts_at') }} < {{ add_days('weeks.week_start', 7) }}
        and {{ local_date('outage.ends_at') }} >= weeks.week_start
    group by 1, 2
),

-- After a pause its days are no chance to use the tool: people are not lapsed for having kept to it.
pause_masks as (
    select
        weeks.tool_id, weeks.week_start,
        bit_or({{ day_mask('pause.first_date', 'pause.last_date', 'weeks.week_start') }}) as pause_mask
    from weeks
    inner join {{ ref('int_tool_pauses') }} as pause
        on pause.tool_id = weeks.tool_id
        and pause.first_date < {{ add_days('weeks.week_start', 7) }} and pause.last_date >= weeks.week_start
    where pause.last_date < date '9999-12-31'
    group by 1, 2
),

opened as (
    select
        weeks.tool_id, weeks.week_start,
        {{ add_days('weeks.week_start', '-7 * (weeks.window_weeks - 1)') }} as window_start,
        {{ add_days('weeks.week_start', 7) }} as window_end,
        weeks.window_weeks,
        {{ day_mask('weeks.live_from', add_days('weeks.week_start', 6), 'weeks.week_start') }}
            & ~coalesce(outage_masks.outage_mask, 0) & ~coalesce(pause_masks.pause_mask, 0) as open_mask,
        weeks.has_own_period,
        coalesce(
            weeks.watermark_at < {{ add_microseconds(start_of_date(add_days('weeks.week_start', 7)), 'coalesce(longest_within.within_us, 0)') }}
            or weeks.as_of <= {{ start_of_date(add_days('weeks.week_start', '7 + weeks.late_days')) }},
            true
        ) as is_provisional
    from weeks
    left join outage_masks on outage_masks.tool_id = weeks.tool_id and outage_masks.week_start = weeks.week_start
    left join pause_masks on pause_masks.tool_id = weeks.tool_id and pause_masks.week_start = weeks.week_start
    left join longest_within on longest_within.tool_id = weeks.tool_id and longest_within.week_start = weeks.week_start
)

select * from opened
