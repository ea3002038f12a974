-- Seats as the sources that list licence holders report them. A seat holds from when the source says, else from the
-- report that first names it (whoever is on the first report of all may have held it forever), until the last one that
-- does; a seat on the newest report is still held.
with

seats as (
    select
        tool_id, source_id, alias_no,
        {{ add_days('period_end', -1) }} as report_date,
        {{ activity_date('seat_since') }} as since_date
    from {{ ref('stg_usage_aggregates') }}
    where coverage = 'licensed_only' and actor_type <> 'service'
),

reports as (
    select source_id, min(report_date) as first_date, max(report_date) as newest_date from seats group by 1
),

held as (
    select
        seats.tool_id, seats.alias_no,
        coalesce(
            min(seats.since_date),
            case when min(seats.report_date) = min(reports.first_date) then date '0001-01-01' else min(seats.report_date) end
        ) as first_date,
        case when max(seats.report_date) = max(reports.newest_date) then date '9999-12-31' else max(seats.report_date) end as last_date
    from seats
    inner join reports on reports.source_id = seats.source_id
    group by seats.tool_id, seats.source_id, seats.alias_no
)

select * from held where first_date <= last_date
