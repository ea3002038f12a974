{#
  trained: at every use, a completion of the module lies in [use - valid_for, use]. The latest completion decides.
  Where no completion of anybody was ever loaded, nothing is known about training: unknown, not untrained.
#}
{% macro obligations__trained(rule) %}
    with completions as (
        select alias.person_no, completion.completed_at
        from {{ ref('stg_training_completions') }} as completion
        inner join {{ ref('int_alias_people') }} as alias on alias.alias_no = completion.alias_no
        where completion.module = {{ text_literal(rule['module']) }}
    ),
    moments as (
        select person_no, event_no, occurred_at, cast(null as timestamp) as completed_at
        from {{ ref('int_rule_events') }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and {{ events_named([rule['each']]) }} and {{ activates(rule, rule['each']) }}
        union all
        select person_no, null, completed_at, completed_at from completions
    ),
    trained as (
        select
            *,
            max(completed_at) over (
                partition by person_no order by occurred_at range between unbounded preceding and current row
            ) as last_completed_at
        from moments
    ),
    found as (
        select
            trained.*, {{ add_microseconds('trained.occurred_at', '-' ~ rule['valid_for_us']) }} as valid_from_at,
            exists (select 1 from {{ ref('stg_training_completions') }}) as has_training_data
        from trained
        where completed_at is null
    )
    {{ as_obligations(rule, "case when last_completed_at >= valid_from_at then 'kept' when has_training_data then 'broken' else 'unknown' end") }}
{% endmacro %}
