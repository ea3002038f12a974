{# The organisational unit that figures are split by: the roster column, or attribute, that the company chose. #}
{% macro org_unit_of(span) %}
    {%- set calendar = ref('stg_calendar') -%}
    {%- if not execute -%}{{ return(span ~ '.department') }}{%- endif -%}
    {%- set found = run_query('select org_unit from ' ~ calendar) -%}
    {%- set name = found.columns[0].values()[0] if found | length else 'department' -%}
    {%- if name in ['department', 'team', 'location', 'role'] -%} {{ span }}.{{ name }}
    {%- else -%} {{ json_text(span ~ '.attributes', name) }}
    {%- endif -%}
{% endmacro %}
