{#
  preceded_by: kept if a `first` lies at or before the activation, no earlier than `within`, and not before the latest
  `since`. The latest `first` is the one with the best chance, so it decides. Decided at once: due at the activation.
#}
{% macro obligations__preceded_by(rule, pass) %}
    with
    {{ nearest(rule, pass) }},
    reached as (
        select
            *,
            {{ add_microseconds('occurred_at', '-' ~ rule['within_us']) }} as looks_from_at,
            {{ ord_of('target_position') }} as target_ord
        from nearest
    ),
    found as (
        select
            *,
            coalesce(target_at >= looks_from_at, false) as is_found,
            coalesce(barrier_ord <= target_ord, true){{ ' and target_ord = next_ord' if rule['immediately'] }} as is_fresh
        from reached
    )
    {{ as_obligations(
        rule,
        "case when is_found and is_fresh then 'kept'"
        ~ " when is_found" ~ (" or next_ord is not null" if rule['immediately'] else "") ~ " then 'broken'"
        ~ " else 'absent' end",
        looks_from_at='looks_from_at',
        evidence="case when is_found and is_fresh then " ~ event_no_of('target_position') ~ " end"
    ) }}
{% endmacro %}
