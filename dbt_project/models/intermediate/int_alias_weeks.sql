-- How many records each account has by week, and how many of them belong to a person known at the time. A record that
-- names nobody has no account and belongs to nobody.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
select
    record.tool_id, record.source_id, record.alias_no, {{ iso_week('record.record_date') }} as week_start,
    record.actor_type = 'service' as is_service,
    count(*) as records,
    cast(sum(case when alias.person_no is not null then 1 else 0 end) as bigint) as known_records,
    min(record.record_date) as first_date
from {{ ref('int_source_records') }} as record
left join {{ ref('int_alias_people') }} as alias
    on alias.alias_no = record.alias_no and record.record_date between alias.valid_from and alias.valid_to
where record.has_own_day
    and (not record.is_event or {{ is_refreshed('record.tool_id', 'record.reached_at', 'read_from_at') }})
    and {{ is_refreshed('record.tool_id', 'record.record_date') }}
group by 1, 2, 3, 4, 5
order by week_start
