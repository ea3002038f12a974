-- The obligations that are not simply kept, with the ids of the events that prove them. Over aggregates there is no
-- event: the tool and the day stand for it.
{{ config(materialized='incremental', pre_hook="{{ replaced_of_rules('week_start') }}") }}
with

obligations as (
    select * from {{ ref('int_obligations') }} where outcome <> 'kept'
),

mentioned as (
    select event_no, event_id
    from {{ ref('stg_usage_events') }}
    where {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }} and event_no in (
        select event_no from obligations where event_no is not null
        union all
        select evidence_event_no from obligations where evidence_event_no is not null
    )
),

named as (
    select
        obligations.rule_no, obligations.person_no, obligations.week_start, obligations.outcome, obligations.weight,
        obligations.obligation_at, obligations.due_at,
        coalesce(activation.event_id, rules.tool_id || ':' || cast({{ local_date('obligations.obligation_at') }} as varchar)) as event_id,
        evidence.event_id as evidence_event_id
    from obligations
    inner join {{ ref('stg_rule_book') }} as rules on rules.rule_no = obligations.rule_no
    left join mentioned as activation on activation.event_no = obligations.event_no
    left join mentioned as evidence on evidence.event_no = obligations.evidence_event_no
)

select * from named order by week_start
