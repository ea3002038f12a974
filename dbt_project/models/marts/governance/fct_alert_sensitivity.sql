select
    tool_id,
    zero_days,
    people_per_day,
    drop_1_day,
    drop_5_days,
    drop_10_days,
    drop_20_days
from {{ ref('stg_alert_sensitivities') }}
