-- Who answers for a tool, and when a roster had them. An address that no roster ever had is unknown, not gone.
with

known as (
    select
        contact.tool_id, contact.email,
        span.valid_from, span.valid_to
    from {{ ref('stg_tool_contacts') }} as contact
    inner join {{ ref('stg_identity_aliases') }} as alias on alias.alias_no = contact.alias_no
    inner join {{ ref('stg_person_spans') }} as span on span.person_no = alias.person_no
),

lasting as (
    select tool_id, email, max(valid_to) as last_date from known group by 1, 2
)

select
    contact.tool_id, contact.role, contact.name, contact.email,
    contact.can_pause, contact.can_retrain, contact.can_escalate, contact.position,
    lasting.last_date as on_roster_until
from {{ ref('stg_tool_contacts') }} as contact
left join lasting on lasting.tool_id = contact.tool_id and lasting.email = contact.email
