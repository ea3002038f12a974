-- Weeks whose window holds a day on which something that the tool's figures read had changed its form: since when, and
-- the first of the changes in words.
with

told as (
    select
        touch.tool_id, touch.first_date, coalesce(touch.last_date, date '9999-12-31') as last_date,
        touch.rule_no is null as is_use, touch.is_blinding,
        {{ drift_words('drift') }} as words
    from {{ ref('stg_drift_touches') }} as touch
    inner join {{ ref('stg_drifts') }} as drift
        on drift.source_id = touch.source_id and drift.part = touch.part and drift.column_name = touch.column_name
        and drift.change = touch.change and drift.first_date = touch.first_date
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
