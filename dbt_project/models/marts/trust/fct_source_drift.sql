with

readers as (
    select
        reader.source_id, reader.part, reader.column_name, reader.change, reader.first_date,
        count(reader.rule_id) as rules,
        max(case when reader.rule_id is null then 1 else 0 end) = 1 as is_read_by_use,
        max(case when reader.is_blinding then 1 else 0 end) = 1 as is_blinding,
        string_agg(distinct reader.rule_id, ', ' order by reader.rule_id) as rule_ids
    from {{ ref('stg_drift_readers') }} as reader
    group by 1, 2, 3, 4, 5
)

select
    drift.tool_id,
    drift.source_id,
    nullif(drift.part, '') as event_name,
    drift.column_name,
    drift.change,
    drift.detail,
    {{ drift_words('drift') }} as words,
    readers.rule_ids,
    drift.share,
    coalesce(readers.rules, 0) as rules_touched,
    coalesce(readers.is_read_by_use, false) as is_read_by_use,
    readers.source_id is not null as is_untrustworthy,
    coalesce(readers.is_blinding, false) as is_blinding,
    drift.last_date is null as is_open,
    drift.first_date,
    drift.last_date,
    {{ as_utc('drift.seen_at') }} as seen_at
from {{ ref('stg_drifts') }} as drift
left join readers
    on readers.source_id = drift.source_id and readers.part = drift.part and readers.column_name = drift.column_name
    and readers.change = drift.change and readers.first_date = drift.first_date
