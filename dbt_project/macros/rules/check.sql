{# check: every event of `each` must satisfy `must`. Null is unknown. #}
{% macro obligations__check(rule) %}
    with found as (
        select *, {{ rule['must_sql'] }} as is_met
        from {{ events_of(rule) }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and {{ events_named([rule['each']]) }} and {{ activates(rule, rule['each']) }}
    )
    {{ as_obligations(rule, "case when is_met then 'kept' when not is_met then 'broken' else 'unknown' end", evidence='event_no') }}
{% endmacro %}
