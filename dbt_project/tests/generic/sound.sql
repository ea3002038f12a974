{#
  All that is asked of the rows of one model, in one test: every test costs a run what a small model costs. A returned
  row is a promise that is broken, in words, and how many rows, values or combinations break it; takeup says them
  (orchestration/findings.py), and they are added up into dbt's own count of failures.

    one_row_per      a combination of these columns stands but once: the grain in the model's name
    unique           each of these columns holds no value twice; null is no value
    not_null         none of these columns is null
    accepted_values  column: what it may hold, beside null
#}
{% test sound(model, one_row_per=[], unique=[], not_null=[], accepted_values={}) %}
{{ config(fail_calc='cast(coalesce(sum(failing), 0) as bigint)') }}
{%- set broken = [] -%}
{%- for column in not_null -%}
    {%- do broken.append((column ~ ' is null', column ~ ' is null')) -%}
{%- endfor -%}
{%- for column, values in accepted_values.items() -%}
    {%- do broken.append((column ~ ' is none of ' ~ values | join(', '), column ~ " not in ('" ~ values | join("', '") ~ "')")) -%}
{%- endfor -%}
{%- set repeated = [] -%}
{%- if one_row_per -%}
    {%- do repeated.append((one_row_per | join(', ') ~ ' stands more than once', one_row_per | join(', '), 'true')) -%}
{%- endif -%}
{%- for column in unique -%}
    {%- do repeated.append((column ~ ' is not unique', column, column ~ ' is not null')) -%}
{%- endfor %}
with
{%- if broken %}
counted as (
    select
        {%- for _, condition in broken %}
        count(case when {{ condition }} then 1 end) as broken_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
),
{%- endif %}
findings as (
    {%- for words, _ in broken %}
    select '{{ words }}' as finding, broken_{{ loop.index }} as failing from counted
    {{ 'union all' if repeated or not loop.last }}
    {%- endfor %}
    {%- for words, columns, condition in repeated %}
    select '{{ words }}' as finding, count(*) as failing
    from (select {{ columns }} from {{ model }} where {{ condition }} group by {{ columns }} having count(*) > 1) as repeated
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)
select finding, failing from findings where failing > 0
{% endtest %}
