{# The classes and reasons that people are counted by: column name -> condition on a status row. #}
{% macro adoption_classes() %}
    {%- set classes = {} -%}
    {%- for status in ['non_user', 'incorrect_user', 'correct_user', 'not_judged'] -%}
        {%- do classes.update({status: "status = '" ~ status ~ "'"}) -%}
    {%- endfor -%}
    {%- for reason in ['paused', 'away', 'new', 'no_opportunity', 'unproven', 'no_evidence'] -%}
        {%- do classes.update({'not_judged_' ~ reason: "status = 'not_judged' and reason = '" ~ reason ~ "'"}) -%}
    {%- endfor -%}
    {%- for reason in ['never', 'tried', 'lapsed'] -%}
        {%- do classes.update({'non_user_' ~ reason: "status = 'non_user' and reason = '" ~ reason ~ "'"}) -%}
    {%- endfor -%}
    {%- do classes.update({'active': 'is_active'}) -%}
    {{ return(classes) }}
{% endmacro %}
{% macro adoption_count_names() %}{{ return(adoption_classes().keys() | list) }}{% endmacro %}

{# The select list that counts people by class; group by tool and week. #}
{% macro adoption_counts() %}
    tool_id, week_start,
    count(*) as eligible,
    cast(sum(case when status <> 'not_judged' then 1 else 0 end) as bigint) as judged,
    {%- for name, condition in adoption_classes().items() %}
    cast(sum(case when {{ condition }} then 1 else 0 end) as bigint) as {{ name }},
    {%- endfor %}
    max(is_provisional) as is_provisional
{% endmacro %}
