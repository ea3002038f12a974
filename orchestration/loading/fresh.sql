-- The days of a tool's sources (fresh: source_id, day) that may hold something else than when they were last looked at:
-- those of rows that were loaded since, and those from which rows were replaced or taken.
create or replace temp table fresh as
with

seen as (
    select coalesce(max(load_id), 0) as load_id, coalesce(max(touch_no), 0) as touch_no
    from raw.observed where tool_id = $tool_id
),

touches as (
    select * from raw.touched_day
    where touch_no > (select touch_no from seen) and coalesce(tool_id, $tool_id) = $tool_id
),

days as (
    select said_day.source_id, said_day.day
    from raw.said_day as said_day
    join raw.tool_source as source on source.source_id = said_day.source_id and source.tool_id = $tool_id
    union
    select source_id, cast(occurred_at as date) from raw.usage_event
    where tool_id = $tool_id and exists (from touches)
    union
    select source_id, period_start from raw.usage_aggregate
    where tool_id = $tool_id and exists (from touches)
)

select source_id, cast(occurred_at as date) as day from raw.usage_event
where tool_id = $tool_id and load_id > (select load_id from seen)
union
select source_id, period_start from raw.usage_aggregate
where tool_id = $tool_id and load_id > (select load_id from seen)
union
select days.source_id, days.day
from days
join touches
    on days.source_id = coalesce(touches.source_id, days.source_id)
    and days.day between touches.first_date and touches.last_date;

insert or replace into raw.observed
select
    $tool_id, coalesce((select max(load_id) from raw.load), 0), coalesce((select max(touch_no) from raw.touched_day), 0);
