-- Records per tool and local day, of those that have a day of their own: all, those of services, those of unknown people.
{{ config(materialized='incremental', pre_hook="{{ replaced('day') }}") }}
select * from ({{ record_days(
    "has_own_day and (not is_event or " ~ is_refreshed('tool_id', 'reached_at', 'read_from_at') ~ ") and " ~ is_refreshed('tool_id', 'record_date')
) }}) as counted
