{#
  What the kinds that look along a sequence share. For every activation: the nearest target in one direction and
  the nearest barrier, each as a position (ord and event_no in one number), and the nearest event of any name when
  the rule says `immediately`.

  Order is `ord`; equal ord is concurrent, and concurrency never convicts: a RANGE frame that starts at the current
  row sees the peers. `strict` starts it one later (or earlier). All candidates are looked at for other_user, so that
  one goes through a join on the correlation keys instead of a window.

  Yields the CTE `nearest`: person_no, event_no, occurred_at, ord, target_position, target_at, barrier_ord, next_ord.
#}
{% macro nearest(rule, target, barrier, direction, is_strict) %}
    {%- set pick = 'min' if direction == 'later' else 'max' -%}
    {%- set keys = rule['same'] or [] -%}
    {%- set partition = (['person_no'] if rule['who'] == 'same_user' else []) + keys -%}
    {%- set each = rule['each'] -%}
    sequence_events as (
        select
            event_no, person_no, actor_no, actor_type, occurred_at, ord, {% for key in keys %}{{ key }}, {% endfor %}
            {{ position('ord', 'event_no') }} as position,
            {{ activates(rule, each) }} as is_activation,
            {{ target['sql'] }} as is_target,
            {{ barrier['sql'] if barrier else 'false' }} as is_barrier
        from {{ ref('int_rule_events') }}
        where tool_id = {{ text_literal(rule['tool_id']) }}
            {%- if not rule['immediately'] %} and {{ events_named([each, target, barrier]) }}{% endif %}
            {%- for key in partition %} and {{ key }} is not null{% endfor %}
    ),
    in_sequence as (
        select
            *
            {%- if rule['who'] != 'other_user' %},
            {{ pick }}(case when is_target then position end) over {{ frame(partition, direction, is_strict) }} as target_position,
            {{ pick }}(case when is_target then occurred_at end) over {{ frame(partition, direction, is_strict) }} as target_at
            {%- endif %},
            {% if barrier %}{{ pick }}(case when is_barrier then ord end) over {{ frame(partition, direction, true) }}{% else %}cast(null as bigint){% endif %} as barrier_ord,
            {% if rule['immediately'] %}{{ pick }}(ord) over {{ frame(partition, direction, true) }}{% else %}cast(null as bigint){% endif %} as next_ord
        from sequence_events
    ),
    {%- if rule['who'] == 'other_user' %}
    nearest as (
        select
            activation.person_no, activation.event_no, activation.occurred_at, activation.ord,
            activation.barrier_ord, activation.next_ord,
            {{ pick }}(candidate.position) as target_position,
            {{ pick }}(candidate.occurred_at) as target_at
        from in_sequence as activation
        left join sequence_events as candidate
            on candidate.is_target
            and candidate.actor_no <> activation.actor_no
            {%- for key in keys %} and candidate.{{ key }} = activation.{{ key }}{% endfor %}
            and candidate.ord {{ '>' if direction == 'later' else '<' }}{{ '' if is_strict else '=' }} activation.ord
        where activation.is_activation
        group by 1, 2, 3, 4, 5, 6
    )
    {%- else %}
    nearest as (
        select person_no, event_no, occurred_at, ord, target_position, target_at, barrier_ord, next_ord
        from in_sequence
        where is_activation
    )
    {%- endif %}
{% endmacro %}

{% macro frame(partition, direction, is_strict) -%}
    (partition by {{ partition | join(', ') if partition else '1' }} order by ord range between
    {%- if direction == 'later' %} {{ '1 following' if is_strict else 'current row' }} and unbounded following
    {%- else %} unbounded preceding and {{ '1 preceding' if is_strict else 'current row' }}
    {%- endif %})
{%- endmacro %}
