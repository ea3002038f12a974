{#
  followed_by: kept if a `then` lies at or after the activation, no later than `within`, and no `before` event lies
  strictly earlier than that `then`. The earliest `then` is the one with the best chance, so it decides.
#}
{% macro obligations__followed_by(rule) %}
    with
    {{ nearest(rule, rule['then'], rule['before'], 'later', rule['is_strict']) }},
    found as (
        select
            *,
            {{ add_microseconds('occurred_at', rule['within_us']) }} as due_at,
            {{ ord_of('target_position') }} as target_ord
        from nearest
    )
    {{ as_obligations(
        rule,
        "case when target_at <= due_at and coalesce(barrier_ord >= target_ord, true)"
        ~ (" and target_ord = next_ord" if rule['immediately'] else "") ~ " then 'kept'"
        ~ " when target_at <= due_at" ~ (" or next_ord is not null" if rule['immediately'] else "") ~ " then 'broken'"
        ~ " else 'open' end",
        due_at='due_at',
        evidence="case when target_at <= due_at and coalesce(barrier_ord >= target_ord, true)"
        ~ (" and target_ord = next_ord" if rule['immediately'] else "") ~ " then " ~ event_no_of('target_position') ~ " end"
    ) }}
{% endmacro %}
