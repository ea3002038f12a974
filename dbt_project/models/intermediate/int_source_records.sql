-- Usage records of both grains, thinned to what source health asks: when, whose, from which load, when first heard of.
{{ config(materialized='view') }}
select
    tool_id, source_id, alias_no, actor_type, {{ local_date('occurred_at') }} as record_date, occurred_at as reached_at, load_id,
    first_file_at
from {{ ref('stg_usage_events') }}
union all
select
    tool_id, source_id, alias_no, actor_type,
    -- The last day that a report covers: a week's figures cannot come before the week is over.
    {{ add_days(reported_end(), -1) }},
    {{ reported_to() }}, load_id, first_file_at
from {{ ref('stg_usage_aggregates') }}
