-- What people decided about the tool's recommendations, per tool, local day and tenth of the confidence that was shown.
-- A decision is a qualified use that carries one. It was right to recommend what was then done: where the log holds what
-- was predicted and what it came to, that decides; else whether it was accepted.
{{ config(materialized='incremental', pre_hook="{{ replaced('day') }}") }}
with

decisions as (
    select
        tool_id,
        {{ local_date('occurred_at') }} as day,
        case when confidence is not null then least(cast(floor(confidence * 10) as bigint), 9) end as confidence_tenth,
        confidence,
        decision,
        case
            when predicted_value is not null and final_value is not null then predicted_value = final_value
            else decision = 'accepted'
        end as is_right
    from {{ ref('int_usage_events') }}
    where decision is not null and decision <> 'ignored' and coalesce(decision_source, 'human') <> 'auto' and {{ is_use() }}
        and {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }} and {{ is_refreshed('tool_id', local_date('occurred_at')) }}
),

counted as (
    select
        tool_id, day, confidence_tenth,
        count(*) as decisions,
        cast(sum(case when decision in ('overridden', 'rejected') then 1 else 0 end) as bigint) as overridden,
        cast(sum(case when decision = 'edited' then 1 else 0 end) as bigint) as edited,
        cast(sum(case when is_right then 1 else 0 end) as bigint) as right_ones,
        cast(sum(confidence) as double) as confidence_sum
    from decisions
    group by 1, 2, 3
)

select * from counted
