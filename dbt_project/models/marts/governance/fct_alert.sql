select
    alert.incident_id,
    alert.kind,
    alert.title,
    alert.severity,
    case
        when alert.resolved_at is not null then 'resolved'
        when alert.acknowledged_at is not null then 'acknowledged'
        else 'open'
    end as status,
    alert.tool_id,
    nullif(alert.subject, '') as subject,
    alert.summary,
    alert.first_guess,
    cast(alert.guess_evidence as varchar) as guess_evidence,
    tool.owner_name,
    tool.owner_email,
    tool.escalation_email,
    alert.runbook,
    promised.runbook as tool_runbook,
    alert.acknowledged_by,
    alert.note,
    alert.observed,
    alert.threshold,
    alert.first_date,
    alert.last_date,
    {{ as_utc('alert.opened_at') }} as opened_at,
    {{ as_utc('alert.last_seen_at') }} as last_seen_at,
    {{ as_utc('alert.acknowledged_at') }} as acknowledged_at,
    {{ as_utc('alert.resolved_at') }} as resolved_at
from {{ ref('stg_alerts') }} as alert
left join {{ ref('stg_tools') }} as tool on tool.tool_id = alert.tool_id
left join {{ ref('stg_tool_productions') }} as promised on promised.tool_id = alert.tool_id
