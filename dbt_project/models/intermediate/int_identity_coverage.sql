-- How many usage records each alias has, and how many of them belong to a person known at the time. What services do is
-- no person's use and does not count.
with

weekly as (
    select tool_id, source_id, alias_no, records, known_records from {{ ref('int_alias_weeks') }} where not is_service
    union all
    select
        record.tool_id, record.source_id, record.alias_no, 1,
        case when alias.person_no is not null then 1 else 0 end
    from {{ ref('int_source_records') }} as record
    left join {{ ref('int_alias_people') }} as alias
        on alias.alias_no = record.alias_no and record.record_date between alias.valid_from and alias.valid_to
    where not record.has_own_day and record.actor_type <> 'service'
)

select
    weekly.tool_id, weekly.source_id, weekly.alias_no, seen.namespace,
    cast(sum(weekly.records) as bigint) as records,
    cast(sum(weekly.known_records) as bigint) as known_records
from weekly
left join {{ ref('stg_seen_aliases') }} as seen on seen.alias_no = weekly.alias_no
group by 1, 2, 3, 4
