-- Usage records of both grains, thinned to what source health asks: when, whose, from which load, when first heard of,
-- and what their source tells by them.
{{ config(materialized='view') }}
select
    tool_id, source_id, alias_no, actor_type, {{ local_date('occurred_at') }} as record_date, occurred_at as reached_at, load_id,
    first_file_at, true as is_event, true as has_own_day, true as tells_of_use, true as tells_days,
    seq is not null or ord is not null as is_sequenced, ord is not null as is_ordered
from {{ ref('stg_usage_events') }}
union all
select
    tool_id, source_id, alias_no, actor_type,
    -- The last day that a report covers: a week's figures cannot come before the week is over.
    {{ add_days(reported_end(), -1) }},
    {{ reported_to() }}, load_id, first_file_at,
    false, {{ has_own_day() }}, not {{ is_only_cost() }}, grain = 'day' and not {{ is_only_cost() }}, false, false
from {{ ref('stg_usage_aggregates') }}
