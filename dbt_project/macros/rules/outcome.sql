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
