-- What is known of each source and day of the records that have a day of their own: counted once, and anew only from the
-- first day that a load has touched.
{{ config(materialized='incremental', pre_hook="{{ replaced_if_touched('day') }}") }}
select * from ({{ source_days(
    'record.has_own_day and (not record.is_event or record.reached_at >= ' ~ touched_from_at() ~ ') and ' ~ is_touched('record.tool_id', 'record.record_date')
) }}) as counted
