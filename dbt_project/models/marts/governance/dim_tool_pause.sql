select
    pause.tool_id,
    pause.decided_by,
    pause.reason,
    {{ local_date('runs.as_of') }} > pause.first_date and {{ add_days(local_date('runs.as_of'), -1) }} <= pause.last_date as is_holding,
    pause.first_date,
    case when pause.last_date < date '9999-12-31' then pause.last_date end as last_date,
    {{ as_utc('pause.decided_at') }} as decided_at
from {{ ref('stg_tool_pauses') }} as pause
cross join {{ ref('stg_runs') }} as runs
