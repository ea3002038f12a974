select
    tool_id,
    question_id,
    area,
    question,
    answer,
    evidence,
    gap,
    owner,
    action,
    cast(position as bigint) as position,
    week_start = max(week_start) over (partition by tool_id) as is_latest,
    due_date,
    week_start,
    {{ as_utc('audited_at') }} as audited_at
from {{ ref('stg_audit_answers') }}
