select
    tool_id,
    org_unit,
    measure,
    owner,
    cast(value as double) as value,
    due_date,
    baseline_week
from {{ ref('stg_targets') }}
