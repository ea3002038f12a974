with

promises as (select * from {{ ref('stg_tool_productions') }}),

deadlines as (
    select tool_id, max(freshness_hours) as freshness_hours from {{ ref('stg_tool_sources') }} group by 1
)

select
    tool.tool_id,
    promises.error_measure,
    promises.fallback,
    promises.runbook,
    promises.workflow_change,
    promises.output_meaning,
    promises.retraining_process,
    promises.retraining_approver,
    promises.retraining_approver_email,
    promises.retraining_document,
    promises.expected_people_per_day,
    promises.expected_events_per_day,
    coalesce(promises.freshness_hours, deadlines.freshness_hours) as freshness_hours,
    promises.latency_within_ms,
    promises.latency_share,
    promises.error_share,
    promises.retraining_override_share,
    promises.retraining_calibration_gap,
    coalesce(promises.retraining_on_drift, false) as retraining_on_drift
from {{ ref('stg_tools') }} as tool
left join promises on promises.tool_id = tool.tool_id
left join deadlines on deadlines.tool_id = tool.tool_id
