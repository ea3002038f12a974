{#
  followed_by: kept if a `then` lies at or after the activation, no later than `within`, and no `before` event lies
  strictly earlier than that `then`. The earliest `then` is the one with the best chance, so it decides.
#}
{% macro obligations__followed_by(rule, pass) %}
    with
    {{ nearest(rule, pass) }},
    reached as (
        select
            *,
            {{ add_microseconds('occurred_at', rule['within_us']) }} as due_at,
            {{ ord_of('target_position') }} as target_ord
        from nearest
    ),
    found as (
        select
            *,
            coalesce(target_at <= due_at, false) as is_found,
            coalesce(barrier_ord >= target_ord, true){{ ' and target_ord = next_ord' if rule['immediately'] }} as is_first
        from reached
    )
    {{ as_obligations(
        rule,
        "case when is_found and is_first then 'kept'"
        ~ " when is_found" ~ (" or next_ord is not null" if rule['immediately'] else "") ~ " then 'broken'"
        ~ " else 'open' end",
        due_at='due_at',
        evidence="case when is_found and is_first then " ~ event_no_of('target_position') ~ " end"
    ) }}
{% endmacro %}
