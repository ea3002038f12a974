with

touched as (
    select
        touch.source_id, touch.part, touch.column_name, touch.change, touch.first_date,
        count(touch.rule_no) as rules,
        max(case when touch.rule_no is null then 1 else 0 end) = 1 as is_read_by_use,
        max(case when touch.is_blinding then 1 else 0 end) = 1 as is_blinding,
        string_agg(distinct rules.rule_id, ', ' order by rules.rule_id) as rule_ids
    from {{ ref('stg_drift_touches') }} as touch
    left join {{ ref('stg_rule_book') }} as rules on rules.rule_no = touch.rule_no
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
    touched.rule_ids,
    drift.share,
    coalesce(touched.rules, 0) as rules_touched,
    coalesce(touched.is_read_by_use, false) as is_read_by_use,
    touched.source_id is not null as is_untrustworthy,
    coalesce(touched.is_blinding, false) as is_blinding,
    drift.last_date is null as is_open,
    drift.first_date,
    drift.last_date,
    {{ as_utc('drift.seen_at') }} as seen_at
from {{ ref('stg_drifts') }} as drift
left join touched
    on touched.source_id = drift.source_id and touched.part = drift.part and touched.column_name = drift.column_name
    and touched.change = drift.change and touched.first_date = drift.first_date
