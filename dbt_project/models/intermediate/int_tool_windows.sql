-- The windows that verdicts are given over: for each tool and week the trailing weeks ending with it; for a period of
-- its own, that period.
select
    tool_id, week_start, window_start, window_end, window_weeks, is_provisional
from {{ ref('int_tool_weeks') }}
where not has_own_period
union all
select
    tool_id, cast(judged_from_at as date), cast(judged_from_at as date),
    {{ add_days('cast(judged_from_at as date)', 1) }}, 1, false
from {{ ref('int_tool_watermarks') }}
where has_own_period
