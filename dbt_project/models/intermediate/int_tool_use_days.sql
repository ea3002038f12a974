-- How many people used each tool on each day, and how often.
{{ config(materialized='incremental', pre_hook="{{ replaced('day') }}") }}
select tool_id, usage_date as day, count(*) as people, cast(sum(uses) as bigint) as uses
from {{ ref('int_uses') }}
where {{ is_refreshed('tool_id', 'usage_date') }}
group by 1, 2
