-- The tools whose logs tell of use by event or by day: for these, no record is no use. Of every other tool only coarse
-- reports (or invoices) speak, and what they leave open nobody knows.
select tool_id from {{ ref('stg_usage_events') }} group by 1
union
select tool_id from {{ ref('stg_usage_aggregates') }}
where grain = 'day' and not {{ is_only_cost() }}
group by 1
