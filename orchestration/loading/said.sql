-- What the sources say of each day in `fresh` (source_id, day), in sums, and what they said before where it differs:
-- raw.said_day and raw.restated_day. A day that was never spoken of before is news, not a restatement.
create or replace temp table said_now as
select
    event.source_id, cast(event.occurred_at as date) as day, 'records' as measure, cast(count(*) as double) as said
from raw.usage_event as event
semi join fresh on fresh.source_id = event.source_id and fresh.day = cast(event.occurred_at as date)
group by all
union all
select source_id, day, measure, said from (
    unpivot (
        select
            aggregate.source_id, aggregate.period_start as day, cast(count(*) as double) as records,
            {sum_measures}
        from raw.usage_aggregate as aggregate
        semi join fresh on fresh.source_id = aggregate.source_id and fresh.day = aggregate.period_start
        group by all
    ) on columns(* exclude (source_id, day)) into name measure value said
);

insert into raw.restated_day
select
    $tool_id, fresh.source_id, fresh.day, measures.measure, coalesce(before.said, 0), coalesce(now.said, 0),
    $load_id, $said_at
from fresh
join (select distinct source_id, day from raw.said_day) as known on known.source_id = fresh.source_id and known.day = fresh.day
join (
    select source_id, day, measure from raw.said_day union select source_id, day, measure from said_now
) as measures on measures.source_id = fresh.source_id and measures.day = fresh.day
left join raw.said_day as before
    on before.source_id = fresh.source_id and before.day = fresh.day and before.measure = measures.measure
left join said_now as now
    on now.source_id = fresh.source_id and now.day = fresh.day and now.measure = measures.measure
-- Sums of fractions differ in their last digits by the order in which they were added: that is no restatement.
where abs(coalesce(now.said, 0) - coalesce(before.said, 0))
    > 1e-11 * greatest(abs(coalesce(now.said, 0)), abs(coalesce(before.said, 0)));

delete from raw.said_day using fresh where said_day.source_id = fresh.source_id and said_day.day = fresh.day;
insert into raw.said_day select * from said_now;
