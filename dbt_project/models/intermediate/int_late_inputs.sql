-- What came after the last publication although it is of a time that its data had already passed: records, rosters,
-- absences, outages, trainings and their voiding, work items, seats; with the person it concerns (nobody named:
-- everybody) and the days.
-- Where a rule looks at other people's events, an event concerns everybody who has worked on the same item in its sight.
-- A file counts as new by its content, so that reading the whole inbox anew makes nothing late.
{{ config(pre_hook="{{ refreshed() }}") }}
with

new_loads as (
    select loads.load_id
    from {{ ref('stg_loads') }} as loads
    left join {{ ref('stg_published_loads') }} as known
        on known.source_id = loads.source_id and known.fingerprint = loads.fingerprint
    where known.fingerprint is null
),

reached as (
    select tool_id, data_through_at, {{ local_date('data_through_at') }} as through_date
    from {{ ref('stg_published_tools') }}
    where data_through_at is not null
),

aliases as (select * from {{ ref('int_alias_people') }}),

records as (
    select distinct record.tool_id, record.alias_no, record.record_date
    from {{ ref('int_source_records') }} as record
    inner join new_loads on new_loads.load_id = record.load_id
    inner join reached on reached.tool_id = record.tool_id
    where record.reached_at <= reached.data_through_at
        and (not record.is_event or {{ is_refreshed('record.tool_id', 'record.reached_at', 'read_from_at') }})
),

-- How far such rules look.
sight as (
    select tool_id, max(coalesce(within_us, 0)) as within_us
    from {{ ref('stg_rule_book') }}
    where {{ json_text('spec', 'who') }} in ('other_user', 'anyone')
    group by 1
),

late_items as (
    select distinct
        event.tool_id, event.item_id, {{ local_date('event.occurred_at') }} as record_date,
        {{ add_microseconds(start_of_date(local_date('event.occurred_at')), '-sight.within_us') }} as concerns_from_at,
        {{ add_microseconds(start_of_date(add_days(local_date('event.occurred_at'), 1)), 'sight.within_us') }} as concerns_to_at
    from {{ ref('stg_usage_events') }} as event
    inner join new_loads on new_loads.load_id = event.load_id
    inner join reached on reached.tool_id = event.tool_id
    inner join sight on sight.tool_id = event.tool_id
    where event.occurred_at <= reached.data_through_at and event.item_id is not null
        and {{ is_refreshed('event.tool_id', 'event.occurred_at', 'read_from_at') }}
),

-- A roster repeats what the one before it said; only what it says anew can be late.
rosters as (
    select roster.load_id, roster.person_no, roster.effective_date
    from (
        select
            *, lag(record_hash) over (partition by listed_no order by effective_date, first_date) as hash_before
        from {{ ref('stg_roster_rows') }}
    ) as roster
    where roster.record_hash is distinct from roster.hash_before
),

trainings as (
    select completion.load_id, aliases.person_no, {{ local_date('completion.completed_at') }} as first_date
    from (
        select load_id, alias_no, completed_at from {{ ref('stg_training_completions') }}
        union all
        select load_id, alias_no, completed_at from {{ ref('stg_voided_completions') }}
    ) as completion
    inner join aliases
        on aliases.alias_no = completion.alias_no
        and {{ local_date('completion.completed_at') }} between aliases.valid_from and aliases.valid_to
),

of_every_tool as (
    select load_id, person_no, first_date, last_date from {{ ref('stg_absences') }}
    union all
    select load_id, person_no, effective_date, date '9999-12-31' from rosters
    union all
    select load_id, person_no, first_date, date '9999-12-31' from trainings
),

of_one_tool as (
    select item.load_id, item.tool_id, aliases.person_no, item.first_date, item.last_date
    from (
        select
            load_id, tool_id, alias_no,
            {{ local_date('coalesce(opened_at, closed_at)') }} as first_date,
            {{ local_date('coalesce(closed_at, opened_at)') }} as last_date
        from {{ ref('stg_work_items') }}
    ) as item
    inner join aliases
        on aliases.alias_no = item.alias_no and item.first_date between aliases.valid_from and aliases.valid_to
    union all
    select
        seat.load_id, seat.tool_id, aliases.person_no,
        coalesce(seat.first_date, date '0001-01-01'), coalesce(seat.last_date, date '9999-12-31')
    from {{ ref('stg_eligible') }} as seat
    inner join aliases on aliases.alias_no = seat.alias_no
    union all
    select
        load_id, tool_id, cast(null as bigint),
        {{ local_date('starts_at') }}, {{ local_date(add_microseconds('ends_at', -1)) }}
    from {{ ref('stg_outages') }}
),

inputs as (
    select records.tool_id, aliases.person_no, records.record_date as first_date, records.record_date as last_date
    from records
    inner join aliases
        on aliases.alias_no = records.alias_no
        and records.record_date between aliases.valid_from and aliases.valid_to
    union all
    select late_items.tool_id, colleague.person_no, late_items.record_date, late_items.record_date
    from late_items
    inner join {{ ref('int_usage_events') }} as colleague
        on colleague.tool_id = late_items.tool_id and colleague.item_id = late_items.item_id
        and colleague.occurred_at >= late_items.concerns_from_at and colleague.occurred_at < late_items.concerns_to_at
    where colleague.person_no is not null and {{ is_refreshed('colleague.tool_id', 'colleague.occurred_at', 'read_from_at') }}
    union all
    select reached.tool_id, input.person_no, input.first_date, input.last_date
    from of_every_tool as input
    inner join new_loads on new_loads.load_id = input.load_id
    cross join reached
    where input.first_date <= reached.through_date
    union all
    select input.tool_id, input.person_no, input.first_date, input.last_date
    from of_one_tool as input
    inner join new_loads on new_loads.load_id = input.load_id
    inner join reached on reached.tool_id = input.tool_id
    where input.first_date <= reached.through_date
)

select distinct tool_id, person_no, first_date, last_date from inputs
