{# What a target may be set for: the share of eligible people who use the tool correctly, or at all. #}
{% macro target_measures() %}{{ return(['correct', 'active']) }}{% endmacro %}

{# The value four rows before in the window by_week, or the nearest after it. #}
{% macro nearest_first(column) %}
    {%- for back in range(4, 0, -1) -%} lag({{ column }}, {{ back }}) over by_week{{ ', ' if not loop.last }}{%- endfor -%}
{% endmacro %}
