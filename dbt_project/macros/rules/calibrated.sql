{#
  calibrated: does the person respond to the confidence shown? One obligation per decision whose confidence is high
  (>= high) or low (< low): accepting the confident and not accepting the doubtful keeps it. Decisions in between say
  nothing. Judged as the difference of the two acceptance rates, see verdict.sql; `band` keeps the two sides apart.
#}
{% macro obligations__calibrated(rule) %}
    with decisions as (
        select *, {{ rule['confidence_sql'] }} as shown_confidence, {{ rule['accepted']['sql'] }} as is_accepted
        from {{ events_of(rule) }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and {{ events_named([rule['each']]) }} and {{ activates(rule, rule['each']) }}
    ),
    found as (
        select *, case when shown_confidence >= {{ rule['high'] }} then 'high' when shown_confidence < {{ rule['low'] }} then 'low' end as band
        from decisions
        where shown_confidence >= {{ rule['high'] }} or shown_confidence < {{ rule['low'] }}
    )
    {{ as_obligations(rule, "case when is_accepted = (band = 'high') then 'kept' else 'broken' end", evidence='event_no', band='band') }}
{% endmacro %}
