{#
  trained: at every use, a completion of the module lies in [use - valid_for, use]. Completions become the spans in which
  a person counts as trained, joined where they touch, so that a use falls into one of them or none.
  Where no completion of anybody was ever loaded, nothing is known about training: unknown, not untrained.
#}
{% macro obligations__trained(rule) %}
    with completions as (
        select
            alias.person_no, completion.completed_at as trained_from_at,
            {{ add_microseconds('completion.completed_at', rule['valid_for_us']) }} as trained_to_at
        from {{ ref('stg_training_completions') }} as completion
        inner join {{ ref('int_alias_people') }} as alias on alias.alias_no = completion.alias_no
        where completion.module = {{ text_literal(rule['module']) }}
    ),
    touching as (
        select
            *, max(trained_to_at) over (
                partition by person_no order by trained_from_at, trained_to_at rows between unbounded preceding and 1 preceding
            ) as trained_to_before_at
        from completions
    ),
    numbered as (
        select
            *, sum(case when trained_from_at <= trained_to_before_at then 0 else 1 end)
                over (partition by person_no order by trained_from_at, trained_to_at rows unbounded preceding) as span_number
        from touching
    ),
    trained as (
        select person_no, min(trained_from_at) as trained_from_at, max(trained_to_at) as trained_to_at
        from numbered
        group by person_no, span_number
    ),
    uses as (
        select person_no, event_no, occurred_at
        from {{ events_of(rule) }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and {{ events_named([rule['each']]) }} and {{ activates(rule, rule['each']) }}
    ),
    found as (
        select
            uses.*, trained.person_no is not null as is_trained,
            exists (select 1 from {{ ref('stg_training_completions') }}) as has_training_data
        from uses
        left join trained
            on trained.person_no = uses.person_no
            and uses.occurred_at between trained.trained_from_at and trained.trained_to_at
    )
    {{ as_obligations(rule, "case when is_trained then 'kept' when has_training_data then 'broken' else 'unknown' end") }}
{% endmacro %}
