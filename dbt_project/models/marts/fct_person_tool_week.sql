{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
select
    person.person_key,
    status.tool_id,
    status.org_unit,
    status.status,
    status.reason,
    rule.rule_id as first_violation_rule_id,
    status.uses,
    cast(status.active_days as bigint) as active_days,
    cast(status.available_days as bigint) as available_days,
    status.rules_judged,
    status.rules_violated,
    status.obligations,
    status.broken,
    status.pending,
    status.is_active,
    status.is_provisional,
    status.week_start
from {{ ref('int_statuses') }} as status
inner join {{ ref('stg_people') }} as person on person.person_no = status.person_no
left join {{ ref('stg_rule_book') }} as rule on rule.rule_no = status.first_violation_rule_no
where {{ is_refreshed('status.tool_id', 'status.week_start') }}
order by status.week_start
