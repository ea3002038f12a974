-- From which week on each tool is rebuilt: the earliest in which anything may differ from what was last built. Rules look
-- ahead, so an obligation before a day that changed may end otherwise; what was open may be decided as soon as the data
-- reach further. Where a rule's sight cannot be bounded, more is rebuilt, never less.
{{ config(post_hook='{{ ask_again() }}') }}
with

-- Data that reach less far than before, or from no source any more, open again what was decided.
reached as (
    select
        tool.tool_id, tool.watermark_at is distinct from built.watermark_at as has_moved,
        tool.watermark_at < built.watermark_at as is_back, built.pending_week, tool.data_from_at, tool.window_weeks
    from {{ ref('int_tool_watermarks') }} as tool
    left join {{ ref('stg_built_tools') }} as built on built.tool_id = tool.tool_id
),

-- No change of an account's person reaches further back than its first record.
accounts as (
    select seen.tool_id, greatest(change.first_date, seen.first_date) as first_date
    from {{ ref('int_refresh_changes') }} as change
    inner join {{ ref('stg_built_aliases') }} as seen on seen.alias_no = change.subject
    where change.kind = 'account'
),

differing as (
    select tool_id, 'records' as reason, first_date from {{ ref('int_touched') }} where first_date is not null
    union all
    select tool_id, 'account', {{ add_days('min(first_date)', 0 if company_timezone() == 'UTC' else -1) }} from accounts group by 1
    union all
    select reached.tool_id, change.kind, min(change.first_date)
    from {{ ref('int_refresh_changes') }} as change
    inner join reached on change.tool_id in ('', reached.tool_id)
    where change.kind <> 'account'
    group by 1, 2
    union all
    select tool_id, 'data reach less far', date '0001-01-01' from reached where is_back
),

looks as (
    select
        tool_id,
        max(case when kind = 'count' then cast({{ json_text('spec', 'settle_us') }} as bigint) when kind <> 'preceded_by' then coalesce(within_us, 0) else 0 end) as ahead_us,
        max(case when kind not in ('followed_by', 'not_followed_by', 'count') then coalesce(within_us, 0) else 0 end) as back_us,
        -- Items are looked for in all events.
        max(case when kind = 'coverage' then 1 else 0 end) as has_items,
        max(coalesce(cast({{ json_text('spec', 'reach_weeks') }} as integer), 0)) as reach_weeks
    from {{ ref('stg_rule_book') }}
    group by 1
),

ordered as (select tool_id from {{ ref('int_source_days') }} where is_ordered group by 1),

earliest as (
    select
        tool_id, min(first_date) as first_date,
        string_agg(reason, ', ' order by first_date, reason) as reasons
    from differing
    group by 1
),

-- What differs, with what looks ahead to it.
seen as (
    select
        earliest.tool_id, earliest.reasons,
        case
            when earliest.first_date < date '1000-01-01' then date '0001-01-01'
            else {{ add_days('earliest.first_date', '-ceil(coalesce(looks.ahead_us, 0) / 86400000000.0)') }}
        end as first_date
    from earliest
    left join looks on looks.tool_id = earliest.tool_id
),

-- The obligation of a group stands where its first event does: of groups that reach into what differs, or to which
-- something has come.
grouped as (
    select known.tool_id, cast(min(known.first_at) as date) as first_date
    from {{ ref('stg_built_groups') }} as known
    left join seen on seen.tool_id = known.tool_id
    left join {{ ref('int_touched_groups') }} as touched
        on touched.tool_id = known.tool_id and touched.group_no = known.group_no
    where touched.group_no is not null or cast(known.last_at as date) >= {{ add_days('seen.first_date', -1) }}
    group by 1
),

cut as (
    select
        reached.tool_id, reached.data_from_at, reached.window_weeks, looks.back_us, looks.has_items, looks.reach_weeks,
        seen.reasons,
        ordered.tool_id is not null as is_ordered,
        {{ iso_week("least("
            ~ "coalesce(seen.first_date, date '9999-12-31'), "
            ~ "case when seen.first_date is not null and grouped.first_date is not null then " ~ add_days('grouped.first_date', -1) ~ " else date '9999-12-31' end, "
            ~ "case when reached.has_moved then coalesce(reached.pending_week, date '9999-12-31') else date '9999-12-31' end)") }} as cut_week
    from reached
    left join seen on seen.tool_id = reached.tool_id
    left join grouped on grouped.tool_id = reached.tool_id
    left join looks on looks.tool_id = reached.tool_id
    left join ordered on ordered.tool_id = reached.tool_id
),

-- A group is read from its first event on, wherever it began.
spanning as (
    select cut.tool_id, min(known.first_at) as first_at
    from cut
    inner join {{ ref('stg_built_groups') }} as known
        on known.tool_id = cut.tool_id and cast(known.last_at as date) >= {{ add_days('cut.cut_week', -1) }}
    where cut.cut_week < date '9999-01-01'
    group by 1
),

bounded as (
    select
        cut.*,
        {{ start_of_date('cut.cut_week') }} as cut_at,
        least(coalesce(spanning.first_at, timestamp '9999-12-31'), {{ add_microseconds(start_of_date('cut.cut_week'), '-coalesce(back_us, 0)' if company_timezone() == 'UTC' else '-coalesce(back_us, 0) - 86400000000') }}) as looks_from_at
    from cut
    left join spanning on spanning.tool_id = cut.tool_id
    where cut.cut_week >= date '1000-01-01'
)

select
    tool_id, reasons, cut_week,
    {{ add_days('cut_week', '-7 * window_weeks') }} as grid_from,
    {{ add_days('cut_week', '-7 * greatest(window_weeks, coalesce(reach_weeks, 0))') }} as proof_from,
    case
        when cut_week > date '9999-01-01' then cut_at
        when is_ordered or coalesce(has_items, 0) = 1 or looks_from_at <= data_from_at then timestamp '0001-01-01'
        else looks_from_at
    end as read_from_at
from bounded
union all
select tool_id, reasons, cut_week, cut_week, cut_week, timestamp '0001-01-01'
from cut
where cut_week < date '1000-01-01'
