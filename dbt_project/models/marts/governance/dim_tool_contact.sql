select
    contact.tool_id,
    contact.role,
    contact.name,
    contact.email,
    cast(contact.position as bigint) as position,
    contact.can_pause,
    contact.can_retrain,
    contact.can_escalate,
    case when contact.on_roster_until is not null then contact.on_roster_until >= {{ add_days(local_date('runs.as_of'), -1) }} end as is_on_roster,
    case when contact.on_roster_until < date '9999-12-31' then contact.on_roster_until end as on_roster_until
from {{ ref('int_tool_contacts') }} as contact
cross join {{ ref('stg_runs') }} as runs
