-- How many usage records each alias has, and how many of them belong to a person known at the time. A record that names
-- nobody has no alias and belongs to nobody; what services do is no person's use and does not count.
select
    record.tool_id, record.source_id, record.alias_no, seen.namespace,
    count(*) as records,
    cast(sum(case when alias.person_no is not null then 1 else 0 end) as bigint) as known_records
from {{ ref('int_source_records') }} as record
left join {{ ref('stg_seen_aliases') }} as seen on seen.alias_no = record.alias_no
left join {{ ref('int_alias_people') }} as alias
    on alias.alias_no = record.alias_no and record.record_date between alias.valid_from and alias.valid_to
where record.actor_type <> 'service'
group by 1, 2, 3, 4
