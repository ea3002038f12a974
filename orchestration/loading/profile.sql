-- What the days of a source hold, field by field: raw.field_day, raw.value_day, raw.said_day, for the days in `fresh`
-- (source_id, day). Each day is looked at as a whole, so that the order in which its files came plays no part. Fields and
-- values are counted in a sample of at most $most records per day and event name: a field that has gone is gone from
-- every record. Nothing here is drawn by chance: the sample is chosen by the number of the record.
create or replace temp table looked_at as
with events as not materialized (  -- of a first load it would be all of history, with all of its columns
    select
        event.source_id, cast(event.occurred_at as date) as day, event.event_name as part, event.event_no as number,
        event.alias_no, event.item_id, event.session_id, event.conversation_id, event.use_case, event.feature,
        event.decision, event.decision_source, event.confidence, event.predicted_value, event.final_value, event.dwell_ms,
        event.model, event.input_tokens, event.output_tokens, event.cost, event.currency, event.actor_type, event.attributes
    from raw.usage_event as event
    semi join fresh on fresh.source_id = event.source_id and fresh.day = cast(event.occurred_at as date)
),
sizes as (select source_id, day, part, count(*) as size from events group by all)
select events.*, sizes.size
from events
join sizes using (source_id, day, part)
where sizes.size <= $most or events.number % sizes.size < $most;

create or replace temp table counted_at as
with counts as not materialized (
    select
        aggregate.source_id, aggregate.period_start as day, '' as part,
        hash(aggregate.alias_no, aggregate.part, aggregate.scope) as number, aggregate.*
            exclude (source_id, part, record_key, tool_id, period_start, record_hash, load_id, line_no, lines)
    from raw.usage_aggregate as aggregate
    semi join fresh on fresh.source_id = aggregate.source_id and fresh.day = aggregate.period_start
),
sizes as (select source_id, day, count(*) as size from counts group by all)
select counts.*, sizes.size
from counts
join sizes using (source_id, day)
where sizes.size <= $most or counts.number % sizes.size < $most;

delete from raw.field_day using fresh where field_day.source_id = fresh.source_id and field_day.day = fresh.day;
delete from raw.value_day using fresh where value_day.source_id = fresh.source_id and value_day.day = fresh.day;

insert into raw.field_day
with columns_of_events as (
    select
        source_id, day, part, count(*) as looked_at, max(size) as records,
        {count_events}
    from looked_at
    group by source_id, day, part
),
columns_of_counts as (
    select
        source_id, day, part, count(*) as looked_at, max(size) as records,
        {count_measures}
    from counted_at
    group by source_id, day, part
),
attributes as (
    select source_id, day, part, attributes from looked_at
    union all
    select source_id, day, part, attributes from counted_at
),
sizes as (
    select source_id, day, part, count(*) as looked_at, max(size) as records from looked_at group by all
    union all
    select source_id, day, part, count(*), max(size) from counted_at group by all
),
found as (
    select
        attributes.source_id, attributes.day, attributes.part, 'attributes.' || entry.key as field,
        case when entry.type in ('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT') then 'number' else lower(entry.type) end as kind,
        count(*) as present
    from attributes, json_each(attributes.attributes) as entry
    where entry.type <> 'NULL'
    group by all
)
select source_id, day, part, field, null as kind, records, looked_at, present from (
    unpivot columns_of_events on columns(* exclude (source_id, day, part, looked_at, records)) into name field value present
)
where present > 0 or field = 'alias_no'  -- one row of each day says that there was one
union all
select source_id, day, part, field, null, records, looked_at, present from (
    unpivot columns_of_counts on columns(* exclude (source_id, day, part, looked_at, records)) into name field value present
)
where present > 0 or field = 'alias_no'  -- one row of each day says that there was one
union all
select found.source_id, found.day, found.part, found.field, found.kind, sizes.records, sizes.looked_at, found.present
from found
join sizes on sizes.source_id = found.source_id and sizes.day = found.day and sizes.part = found.part;

insert into raw.value_day
with listed as (
    unpivot (
        select source_id, day, part as event_name, decision, decision_source, use_case, feature, actor_type, model, currency
        from looked_at
    ) on event_name, decision, decision_source, use_case, feature, actor_type, model, currency
    into name field value said
)
select source_id, day, field, said, count(*) from listed where length(said) <= 60 group by all
union all
select source_id, day, 'coverage', coverage, count(*) from counted_at group by all;
