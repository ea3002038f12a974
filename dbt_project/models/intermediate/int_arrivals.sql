-- When the records of a day came, and how far those that came at once reach.
{{ config(materialized='incremental', pre_hook="{{ replaced_if_touched('day') }}") }}
select
    record.tool_id, record.source_id, record.record_date as day,
    coalesce(record.first_file_at, loads.modified_at) as arrived_at, max(record.reached_at) as reached_at
from {{ ref('int_source_records') }} as record
inner join {{ ref('stg_loads') }} as loads on loads.load_id = record.load_id
where record.has_own_day and (not record.is_event or record.reached_at >= {{ touched_from_at() }})
    and {{ is_touched('record.tool_id', 'record.record_date') }}
group by 1, 2, 3, 4
