-- Weeks whose window holds a day on which something that the tool's figures read had changed its form: since when, and
-- the first of the changes in words.
with

told as (
    select
        reader.tool_id, reader.first_date, coalesce(reader.last_date, date '9999-12-31') as last_date,
        reader.rule_id is null as is_use, reader.is_blinding,
        {{ drift_words('drift') }} as words
    from {{ ref('stg_drift_readers') }} as reader
    inner join {{ ref('stg_drifts') }} as drift
        on drift.source_id = reader.source_id and drift.part = reader.part and drift.column_name = reader.column_name
        and drift.change = reader.change and drift.first_date = reader.first_date
),

weeks as (
    select
        tool_window.tool_id, tool_window.week_start,
        min(told.first_date) as since_date,
        min(cast(told.first_date as varchar) || ' ' || told.words) as first_words,
        max(case when told.is_use and told.is_blinding then 1 else 0 end) = 1 as is_use_blind
    from {{ ref('int_tool_windows') }} as tool_window
    inner join told
        on told.tool_id = tool_window.tool_id
        and told.first_date < tool_window.window_end and told.last_date >= tool_window.window_start
    group by 1, 2
)

select tool_id, week_start, since_date, substr(first_words, 12) as reason, is_use_blind from weeks
