-- How far back the loads since the last finished refresh reach, by tool: the local day of the earliest record that was
-- added, altered or taken out. The first day of all where nothing can be kept: of a tool that was not built before,
-- whose sources count otherwise, or after everything was read anew. Null where nothing came.
{{ config(post_hook='{{ ask_again() }}') }}
{%- set marks = built_marks() %}
with

seen as (
    select
        coalesce((select max(load_id) from {{ ref('stg_loads') }}), 0) as load_id,
        coalesce((select max(touch_no) from {{ ref('stg_touched_days') }}), 0) as touch_no
),

-- What the counts of a source's days are made by: another zone or deadline counts all of them anew.
counted as (
    select
        tool.tool_id,
        {{ fingerprint(['max(calendar.timezone)', "string_agg(source.source_id || ' ' || source.late_days, ',' order by source.source_id)"]) }} as sources_hash
    from {{ ref('stg_tools') }} as tool
    left join {{ ref('stg_tool_sources') }} as source on source.tool_id = tool.tool_id
    left join {{ ref('stg_calendar') }} as calendar on true
    group by 1
),

-- A report coarser than a day has no day of its own; what it changes is found among the inputs.
reached as (
    select tool_id, least({{ local_date('min(occurred_at)') }}, cast(min(occurred_at) as date)) as first_date
    from {{ ref('stg_usage_events') }}
    where {{ 'load_id > ' ~ marks['load_id'] if marks['is_built'] else 'false' }}
    group by 1
    union all
    select tool_id, min({{ add_days('period_end', -1) }})
    from {{ ref('stg_usage_aggregates') }}
    where {{ 'load_id > ' ~ marks['load_id'] if marks['is_built'] else 'false' }} and {{ has_own_day() }}
    group by 1
    -- Noted in days of UTC, which may be the day before here.
    union all
    select tool.tool_id, {{ add_days('min(touched.first_date)', -1) }}
    from {{ ref('stg_touched_days') }} as touched
    inner join {{ ref('stg_tools') }} as tool on tool.tool_id = coalesce(touched.tool_id, tool.tool_id)
    where touched.touch_no > {{ marks['touch_no'] }} and touched.first_date > date '0001-01-01'
    group by 1
    union all
    select tool.tool_id, date '0001-01-01'
    from {{ ref('stg_touched_days') }} as touched
    inner join {{ ref('stg_tools') }} as tool on tool.tool_id = coalesce(touched.tool_id, tool.tool_id)
    where touched.touch_no > {{ marks['touch_no'] }} and touched.first_date = date '0001-01-01'
    group by 1
),

-- What a replay adds stands under an old load: to which groups it came, nobody knows.
replayed as (
    select tool.tool_id
    from {{ ref('stg_touched_days') }} as touched
    inner join {{ ref('stg_tools') }} as tool on tool.tool_id = coalesce(touched.tool_id, tool.tool_id)
    where touched.touch_no > {{ marks['touch_no'] }} and touched.load_id <= {{ marks['load_id'] }}
        and tool.tool_id in (
            select tool_id from {{ ref('stg_rule_book') }} where kind = 'count' and {{ json_text('spec', 'per') }} <> 'day'
        )
    group by 1
),

earliest as (select tool_id, min(first_date) as first_date from reached group by 1)

select
    tool.tool_id,
    case
        when {{ 'false' if marks['is_built'] else 'true' }} or built.sources_hash is distinct from counted.sources_hash
            or replayed.tool_id is not null then date '0001-01-01'
        else earliest.first_date
    end as first_date,
    counted.sources_hash,
    cast(seen.load_id as bigint) as load_id,
    cast(seen.touch_no as bigint) as touch_no
from {{ ref('stg_tools') }} as tool
cross join seen
inner join counted on counted.tool_id = tool.tool_id
left join {{ ref('stg_built_tools') }} as built on built.tool_id = tool.tool_id
left join earliest on earliest.tool_id = tool.tool_id
left join replayed on replayed.tool_id = tool.tool_id
