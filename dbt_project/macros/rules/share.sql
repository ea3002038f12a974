{#
  share: among the events of `among`, the part that is `of`; judged as a share, both ends can be wrong.
  Over daily aggregates, `of` and `among` are measures: a day weighs as many obligations as its `among` counts, and a
  day on which `of` exceeds `among` counts as all of them.
#}
{% macro obligations__share(rule) %}
    {%- if rule['measures'] %}
    with days as (
        select
            person_no, occurred_at, usage_date,
            {{ measure(rule['among_measure']) }} as among_count,
            case when {{ measure(rule['of_measure']) }} > {{ measure(rule['among_measure']) }}
                then {{ measure(rule['among_measure']) }} else {{ measure(rule['of_measure']) }} end as of_count
        from {{ ref('int_usage_days') }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and is_judged
            -- Unknown on either side is no evidence; least() would quietly take the other side.
            and {{ measure(rule['of_measure']) }} is not null and {{ measure(rule['among_measure']) }} is not null
    ),
    found as (
        select person_no, null as event_no, occurred_at, usage_date, 'kept' as finding, of_count as weight from days where of_count > 0
        union all
        select person_no, null, occurred_at, usage_date, 'broken', among_count - of_count from days where among_count > of_count
    )
    {#- A count belongs to its whole day: an outage at any hour of it excuses. #}
    {{ as_obligations(rule, 'finding', due_at=add_microseconds(start_of_date(add_days('usage_date', 1)), -1), weight='weight') }}
    {%- else %}
    with found as (
        select *, {{ rule['of']['sql'] }} as is_met
        from {{ events_of(rule) }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and {{ events_named([rule['among']]) }} and {{ activates(rule, rule['among']) }}
    )
    {{ as_obligations(rule, "case when is_met then 'kept' else 'broken' end", evidence='event_no') }}
    {%- endif %}
{% endmacro %}

{# A measure of a daily aggregate by name: a column of its own, or a number among the attributes. #}
{% macro measure(name) -%}
    {%- if name in aggregate_measures() -%} {{ name }}
    {%- else -%} "{{ name }}__double"
    {%- endif -%}
{%- endmacro %}
{% macro aggregate_measures() %}
    {{ return(['prompts', 'offered', 'accepted', 'rejected', 'sessions', 'messages', 'lines_suggested', 'lines_accepted',
               'lines_added', 'lines_removed', 'commits', 'input_tokens', 'output_tokens', 'cost']) }}
{% endmacro %}
