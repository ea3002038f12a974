select
    obligation.rule_id,
    obligation.tool_id,
    person.person_key,
    obligation.event_id as obligation_event_id,
    obligation.evidence_event_id,
    obligation.outcome,
    cast(obligation.version as bigint) as version,
    obligation.weight,
    {{ as_utc('obligation.obligation_at') }} as obligation_at,
    {{ as_utc('obligation.due_at') }} as due_at,
    obligation.week_start
from {{ ref('int_obligation_events') }} as obligation
inner join {{ ref('stg_people') }} as person on person.person_no = obligation.person_no
