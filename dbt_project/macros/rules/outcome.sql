{#
  From what the log holds (finding) to the outcome of the obligation, given how far the log reaches: the watermark is
  the tool's data-through, never the clock; data_from_at is where its telemetry begins. Written once, here.
#}
{% macro outcome(finding, due_at, looks_from_at, watermark_at, data_from_at, has_outage) -%}
    case
        when {{ finding }} = 'kept' then 'kept'
        when {{ finding }} = 'unknown' then 'unknown'
        when {{ finding }} in ('absent', 'overdue') and {{ looks_from_at }} < {{ data_from_at }} then 'unknown'
        when {{ finding }} in ('open', 'overdue', 'clear') and {{ due_at }} > {{ watermark_at }} then 'pending'
        when {{ finding }} = 'clear' then 'kept'
        when {{ has_outage }} then 'excused'
        else 'broken'
    end
{%- endmacro %}

{#
  Whether an outage of the tool overlaps [at, due]. The outages stand in the condition as they were loaded: they are
  few, a join would carry every obligation through it, and only those that would be broken are ever asked.
#}
{% macro has_outage(tool_id, obligation_at, due_at) -%}
    {%- set outages = outages_by_tool() -%}
    {%- if not outages -%} false
    {%- else -%}
    case {{ tool_id }}
        {%- for tool, spans in outages.items() %}
        when {{ text_literal(tool) }} then
            {%- for starts_at, ends_at in spans %}
            {{ 'or ' if not loop.first }}({{ due_at }} >= timestamp '{{ starts_at }}' and {{ obligation_at }} < timestamp '{{ ends_at }}')
            {%- endfor %}
        {%- endfor %}
        else false
    end
    {%- endif -%}
{%- endmacro %}

{# The outages of each tool as pairs [starts_at, ends_at) of UTC times. Unit tests override it. #}
{% macro outages_by_tool() %}
    {%- set outages = ref('stg_outages') -%}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- set found = {} -%}
    {%- for tool_id, starts_at, ends_at in run_query("select distinct tool_id, cast(starts_at as varchar), cast(ends_at as varchar) from " ~ outages ~ " order by 1, 2, 3") -%}
        {%- do found.setdefault(tool_id, []).append([starts_at, ends_at]) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
