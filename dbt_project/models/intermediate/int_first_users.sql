-- Since when each person counts as somebody who has used a tool: active in a window, or lapsed. Whoever did before the
-- weeks that are rebuilt does so still.
{{ config(materialized='incremental', pre_hook="{{ replaced('first_user_week') }}") }}
select tool_id, person_no, min(week_start) as first_user_week
from {{ ref('int_statuses') }} as status
where (is_active or reason = 'lapsed') and {{ is_refreshed('tool_id', 'week_start') }}
    {%- if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as known where known.tool_id = status.tool_id and known.person_no = status.person_no
    )
    {%- endif %}
group by 1, 2
