-- What is known of each source and day of a record. Reports coarser than a day reach to another day whenever they are
-- made again; the few records of a source that brings them are counted anew each time.
with

coarse as (
    select source_id from {{ ref('stg_usage_aggregates') }} where not ({{ has_own_day() }}) group by 1
)

select * from {{ ref('int_counted_days') }} where source_id not in (select source_id from coarse)
union all
select * from ({{ source_days('record.source_id in (select source_id from coarse)') }}) as counted
