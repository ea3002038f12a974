{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
select
    rule.rule_id,
    rule.tool_id,
    person.person_key,
    obligation.event_id as obligation_event_id,
    obligation.evidence_event_id,
    obligation.outcome,
    cast(rule.version as bigint) as version,
    obligation.weight,
    {{ as_utc('obligation.obligation_at') }} as obligation_at,
    {{ as_utc('obligation.due_at') }} as due_at,
    obligation.week_start
from {{ ref('int_obligation_events') }} as obligation
inner join {{ ref('stg_rule_book') }} as rule on rule.rule_no = obligation.rule_no
inner join {{ ref('stg_people') }} as person on person.person_no = obligation.person_no
where {{ is_refreshed_rule('obligation.rule_no', 'obligation.week_start') }}
order by obligation.week_start
