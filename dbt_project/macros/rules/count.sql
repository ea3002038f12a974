{#
  count: one obligation per person and session, item or day (that has an `each`): min <= number of `of` <= max.
  Too many is broken at once; anything else is pending until the group has been quiet for `settle`. The group's first
  event activates it, its last event is the evidence; only events inside the judged time are counted.
#}
{% macro obligations__count(rule) %}
    {%- set per = local_date('occurred_at') if rule['per'] == 'day' else rule['per'] -%}
    with judged as (
        select events.*
        from {{ events_of(rule) }} as events
        inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = events.tool_id
        where events.tool_id = {{ text_literal(rule['tool_id']) }}
            and events.occurred_at >= tool.judged_from_at and events.occurred_at < tool.judged_to_at
            and events.person_no is not null and events.actor_type <> 'service'
    ),
    groups as (
        select
            person_no,
            {{ per }} as group_key,
            min({{ position('ord', 'event_no') }}) as first_position,
            max({{ position('ord', 'event_no') }}) as last_position,
            min(occurred_at) as occurred_at,
            max(occurred_at) as last_at,
            sum(case when {{ rule['of']['sql'] }} then 1 else 0 end) as of_count,
            max(case when {{ activates(rule, rule['each'] or {'sql': 'true'}) }} then 1 else 0 end) as has_each
        from judged
        where {{ per }} is not null
        group by 1, 2
    ),
    found as (
        select *, {{ event_no_of('first_position') }} as event_no
        from groups
        where has_each = 1
    )
    {{ as_obligations(
        rule,
        "case" ~ (" when of_count > " ~ rule['max'] ~ " then 'broken'" if rule['max'] is not none else "")
        ~ (" when of_count < " ~ rule['min'] ~ " then 'open'" if rule['min'] is not none else "")
        ~ " else 'clear' end",
        due_at=add_microseconds('last_at', rule['settle_us']),
        evidence=event_no_of('last_position')
    ) }}
{% endmacro %}
