-- The obligations that are not simply kept, with the ids of the events that prove them. Over aggregates there is no
-- event: the tool and the day stand for it.
with

obligations as (
    select obligation.*, rules.rule_id, rules.version, rules.tool_id
    from {{ ref('int_obligations') }} as obligation
    inner join {{ ref('stg_rule_book') }} as rules on rules.rule_no = obligation.rule_no
    where obligation.outcome <> 'kept'
),

mentioned as (
    select event_no from obligations where event_no is not null
    union
    select evidence_event_no from obligations where evidence_event_no is not null
),

event_ids as (
    select event.event_no, event.tool_id, min(event.event_id) as event_id
    from {{ ref('stg_usage_events') }} as event
    inner join mentioned on mentioned.event_no = event.event_no
    group by 1, 2
),

named as (
    select
        obligations.*,
        coalesce(activation.event_id, obligations.tool_id || ':' || cast({{ local_date('obligations.obligation_at') }} as varchar)) as event_id,
        evidence.event_id as evidence_event_id
    from obligations
    left join event_ids as activation
        on activation.event_no = obligations.event_no and activation.tool_id = obligations.tool_id
    left join event_ids as evidence
        on evidence.event_no = obligations.evidence_event_no and evidence.tool_id = obligations.tool_id
)

select * from named
