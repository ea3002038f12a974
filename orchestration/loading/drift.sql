-- raw.drift, worked out anew from the profile of each source's days: which fields came, went, changed their name or type,
-- and which words are new. A field counts as gone from the first day on of which a chance gap is less likely than one in
-- ten thousand, (1 - share of the records that held it before) ^ records without it. What holds a field in one record of a
-- day often holds it in all: of a field that was not there on every day before, its days must make the gap as unlikely.
create or replace temp table drift_found as
with

days as (
    select source_id, part, day, max(looked_at) as looked_at, dense_rank() over (partition by source_id, part order by day) as day_no
    from raw.field_day group by source_id, part, day
),

fields as (select source_id, part, field, min(day) as first_day from raw.field_day where present > 0 group by all),

by_day as (
    select
        fields.source_id, fields.part, fields.field, fields.first_day, days.day, days.day_no, days.looked_at,
        coalesce(sum(held.present), 0) as present
    from fields
    join days on days.source_id = fields.source_id and days.part = fields.part
    left join raw.field_day as held
        on held.source_id = fields.source_id and held.part = fields.part and held.field = fields.field and held.day = days.day
    group by all
),

-- A gap is a run of days without the field; `group_no` counts the days on which it was there.
grouped as (
    select *, sum(case when present > 0 then 1 else 0 end) over (partition by source_id, part, field order by day_no) as group_no
    from by_day
),

shares as (
    select
        *,
        sum(present) over earlier as present_before, sum(looked_at) over earlier as looked_at_before,
        count(*) over earlier as days_before, sum(case when present > 0 then 1 else 0 end) over earlier as days_held
    from grouped
    where day >= first_day
    window earlier as (partition by source_id, part, field order by day_no rows between 28 preceding and 1 preceding)
),

gaps as (
    select
        source_id, part, field, group_no, min(day) as first_date, max(day) as last_missing, sum(looked_at) as missing,
        count(*) as missing_days, arg_min(days_before, day_no) as days_before,
        arg_min(days_held, day_no) as days_held,
        arg_min(present_before::double / nullif(looked_at_before, 0), day_no) as share_before,
        arg_min(looked_at_before, day_no) as looked_at_before
    from shares
    where present = 0
    group by source_id, part, field, group_no
),

returns as (
    select gaps.*, (select min(day) from by_day where by_day.source_id = gaps.source_id and by_day.part = gaps.part
        and by_day.field = gaps.field and by_day.day > gaps.last_missing and by_day.present > 0) as back_day
    from gaps
),

gone as (
    select source_id, part, field, first_date, share_before, case when back_day is not null then last_missing end as last_date
    from returns
    where looked_at_before >= 20 and share_before > 0
        and missing * ln(greatest(1 - share_before, 1e-9)) < ln(1e-4) and missing >= 5
        and (days_held = days_before or missing_days * ln(1 - days_held / (days_before + 2)) < ln(1e-5))
),

came as (
    select fields.source_id, fields.part, fields.field, fields.first_day as first_date
    from fields
    where (
        select sum(days.looked_at) from days
        where days.source_id = fields.source_id and days.part = fields.part and days.day < fields.first_day
    ) >= 20
),

kinds as (
    select
        source_id, part, field, day, kind, present,
        lag(kind) over (partition by source_id, part, field order by day) as kind_before
    from (
        select source_id, part, field, day, arg_max(kind, present) as kind, sum(present) as present
        from raw.field_day where kind is not null group by all
    )
),

retyped as (
    select changed.source_id, changed.part, changed.field, changed.day as first_date, changed.kind_before, changed.kind
    from kinds as changed
    where changed.kind <> changed.kind_before and changed.present >= 5
        and not exists (
            select 1 from raw.field_day as earlier
            where earlier.source_id = changed.source_id and earlier.part = changed.part and earlier.field = changed.field
                and earlier.day < changed.day and earlier.kind = changed.kind
        )
),

-- The end of a change of type: the day before the former type is the common one again.
retyped_until as (
    select retyped.*, (select min(day) - 1 from kinds where kinds.source_id = retyped.source_id and kinds.part = retyped.part
        and kinds.field = retyped.field and kinds.day > retyped.first_date and kinds.kind = retyped.kind_before) as last_date
    from retyped
),

-- One field went and another came where it was, within three days: most likely a new name.
renamed as (
    select gone.*, min(came.field) as new_name
    from gone
    join came on came.source_id = gone.source_id and came.part = gone.part
        and came.first_date between gone.first_date - 3 and gone.first_date + 3 and came.field <> gone.field
    group by all
),

words as (
    select source_id, field, said, min(day) as first_day from raw.value_day group by all
),

lists as (
    select
        word.source_id, word.field, word.said, word.first_day,
        count(distinct earlier.said) as words_before, coalesce(sum(earlier.records), 0) as records_before,
        count(distinct earlier.day) as days_before
    from words as word
    left join raw.value_day as earlier
        on earlier.source_id = word.source_id and earlier.field = word.field and earlier.day < word.first_day
    group by all
),

-- A list of words is one that repeats itself: at least twenty records per word. A product of many names is none.
new_words as (
    select * from lists
    where days_before >= 3 and records_before >= 20 and words_before <= 50 and records_before >= 20 * words_before
),

-- An event that was said on several days and went when others came: its new name is the first of them.
last_said as (
    select source_id, said, max(day) as last_day, sum(records)::double / count(distinct day) as per_day
    from raw.value_day where field = 'event_name' group by all having count(distinct day) >= 3
),

renamed_events as (
    select
        gone.source_id, gone.said, min_by(word.said, (word.first_day, word.said)) as new_name, min(word.first_day) as first_date
    from new_words as word
    join last_said as gone on gone.source_id = word.source_id and gone.said <> word.said
        and gone.last_day between word.first_day - 3 and word.first_day and gone.per_day >= 1
    where word.field = 'event_name'
        and (select max(day) from raw.value_day as any_day where any_day.source_id = word.source_id) > gone.last_day
    group by gone.source_id, gone.said
),

refused as (
    select
        load.source_id, load.load_id, load.lines_quarantined::double / nullif(load.lines_read - load.lines_blank, 0) as share,
        cast(load.modified_at as date) as day, load.lines_read,
        (select arg_max(reason, lines) from (
            select reason, sum(lines) as lines from raw.quarantine where quarantine.load_id = load.load_id group by reason
        )) as reason
    from raw.load as load
    where load.status = 'loaded' and load.dataset in ('events', 'aggregates') and load.lines_read - load.lines_blank > 0
),

refused_days as (
    select source_id, day, sum(share * lines_read) / sum(lines_read) as share, sum(lines_read) as lines_read, max(reason) as reason
    from refused group by source_id, day
),

refusals as (
    select
        today.source_id, today.day as first_date, today.share, today.reason,
        (select min(later.day) - 1 from refused_days as later
            where later.source_id = today.source_id and later.day > today.day and later.share < 0.1) as last_date
    from refused_days as today
    where today.share >= 0.1 and today.lines_read >= 20
        and coalesce((select arg_max(earlier.share, earlier.day) from refused_days as earlier
            where earlier.source_id = today.source_id and earlier.day < today.day), 0) < 0.1
),

findings as (
    select source_id, part, field, 'renamed' as change, first_date, last_date, new_name as detail, share_before as share from renamed
    union all
    select source_id, part, field, case when field like 'attributes.%' then 'removed' else 'all_null' end, first_date, last_date, null, share_before
    from gone anti join renamed on renamed.source_id = gone.source_id and renamed.part = gone.part
        and renamed.field = gone.field and renamed.first_date = gone.first_date
    union all
    select source_id, part, field, 'added', first_date, first_date + 27, null, null from came
    union all
    select source_id, part, field, 'retyped', first_date, last_date, kind_before || ' -> ' || kind, null from retyped_until
    union all
    select source_id, '', field, 'new_value', first_day, first_day + 27, string_agg(said, ', ' order by said), null
    from new_words group by source_id, field, first_day
    union all
    select source_id, said, 'event_name', 'renamed', first_date, null, new_name, null from renamed_events
    union all
    select source_id, '', '*', 'refused', first_date, last_date, reason, share from refusals
)

select
    source.tool_id, findings.source_id, findings.part, findings.field as column_name, findings.change,
    cast(findings.first_date as date) as first_date, cast(findings.last_date as date) as last_date,
    findings.detail, findings.share
from findings
join raw.tool_source as source on source.source_id = findings.source_id
where source.tool_id = $tool_id;
