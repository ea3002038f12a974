{# not_followed_by: kept if no `never` lies strictly later within the time. Strict always: concurrency never convicts. #}
{% macro obligations__not_followed_by(rule, pass) %}
    with
    {{ nearest(rule, pass) }},
    found as (
        select *, {{ add_microseconds('occurred_at', rule['within_us']) }} as due_at
        from nearest
    )
    {{ as_obligations(
        rule,
        "case when target_at <= due_at then 'broken' else 'clear' end",
        due_at='due_at',
        evidence="case when target_at <= due_at then " ~ event_no_of('target_position') ~ " end"
    ) }}
{% endmacro %}
