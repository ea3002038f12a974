-- A returned row is a person who was eligible for a tool in a week and has no status, or has one without being eligible.
-- The eligible side is counted anew from the spans, so that the grid cannot vouch for itself. Of the weeks that were rebuilt.
with

eligible as (
    select distinct span.tool_id, span.person_no, tool_window.week_start
    from {{ ref('int_eligible_spans') }} as span
    inner join {{ ref('int_tool_windows') }} as tool_window
        on tool_window.tool_id = span.tool_id
        and span.first_date < tool_window.window_end and span.last_date >= tool_window.week_start
    where {{ is_refreshed('tool_window.tool_id', 'tool_window.week_start') }}
),

judged as (
    select tool_id, person_no, week_start
    from {{ ref('int_statuses') }}
    where {{ is_refreshed('tool_id', 'week_start') }}
)

select coalesce(eligible.tool_id, judged.tool_id) as tool_id, eligible.person_no as eligible_no, judged.person_no as judged_no
from eligible
full outer join judged
    on judged.tool_id = eligible.tool_id and judged.person_no = eligible.person_no and judged.week_start = eligible.week_start
where eligible.person_no is distinct from judged.person_no
