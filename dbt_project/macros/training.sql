{# The module that a rule recommends; null where it says 'none: reason', or nothing. #}
{% macro module_of(train) -%}
    case when lower(trim({{ train }})) not like 'none:%' then nullif(trim({{ train }}), '') end
{%- endmacro %}

{# What a learning system calls it: the first word where it reads like a code (CT-301 of 'CT-301 Four eyes'), else all of it. #}
{% macro module_code_of(module) -%}
    {%- set word = "split_part(" ~ module ~ ", ' ', 1)" -%}
    case when {{ word }} <> lower({{ word }}) and translate({{ word }}, '0123456789', '') <> {{ word }} then {{ word }} else {{ module }} end
{%- endmacro %}

{# Whether a completion is one of the module: by its code or by its whole name. #}
{% macro is_completion_of(completed, module, module_code) -%}
    (lower(trim({{ completed }})) in (lower({{ module }}), lower({{ module_code }})))
{%- endmacro %}

{# Whose breach asks for training: only who is judged. Too little evidence, leave and the days of grace ask for nothing. #}
{% macro can_need_training(status, reason) -%}
    ({{ status }} <> 'not_judged' and {{ reason }} <> 'unproven')
{%- endmacro %}

{#
  What is found of a training: nothing while the placebo shows a difference where there was no training yet, and nothing
  while the interval holds 0. Fewer broken cases and more people who satisfy the rule are better.
#}
{% macro training_finding() -%}
    case
        when no_figures is not null then 'refused'
        when placebo_low > 0 or placebo_high < 0 then 'not_comparable'
        when low <= 0 and high >= 0 then 'no_effect_found'
        when (measure = 'broken_share') = (high < 0) then 'improved'
        else 'worsened'
    end
{%- endmacro %}
