{#
  The verdict on one person, rule and window, from the counts of its obligations. The order of the branches is the
  rule; written once, here. Rates are compared through the one-sided 90 % Wilson bound (E. B. Wilson 1927, z = 1.2816):
  a plain rate calls a good user with 5 % slips incorrect 23 % of the time at n = 5, the bound 2 %.
#}
{% macro verdict(judged, broken, pending, severity, tolerate, evidence_incorrect, evidence_correct, is_share, share_min, share_max, is_calibrated, judged_high, kept_high, gap) -%}
    {%- set rate = '(cast(' ~ broken ~ ' as double) / nullif(' ~ judged ~ ', 0))' -%}
    {#- Calibration: acceptance where confidence was high, and where it was low (a broken low decision was accepted). -#}
    {%- set judged_low = '(' ~ judged ~ ' - ' ~ judged_high ~ ')' -%}
    {%- set high = '(cast(' ~ kept_high ~ ' as double) / nullif(' ~ judged_high ~ ', 0))' -%}
    {%- set low = '(cast(' ~ broken ~ ' - (' ~ judged_high ~ ' - ' ~ kept_high ~ ') as double) / nullif(' ~ judged_low ~ ', 0))' -%}
    {%- set share = '(cast(' ~ judged ~ ' - ' ~ broken ~ ' as double) / nullif(' ~ judged ~ ', 0))' -%}
    case
        when {{ judged }} = 0 and {{ pending }} > 0 then 'pending'
        when {{ judged }} = 0 then 'not_triggered'
        when {{ is_share }} then case
            when {{ judged }} >= {{ evidence_incorrect }} and {{ wilson_bound(share, judged, '+') }} < {{ share_min }} then 'violated'
            when {{ judged }} >= {{ evidence_incorrect }} and {{ wilson_bound(share, judged, '-') }} > {{ share_max }} then 'violated'
            when {{ judged }} >= {{ evidence_correct }} and {{ share }} >= {{ share_min }} and {{ share }} <= {{ share_max }} then 'satisfied'
            else 'unproven' end
        when {{ is_calibrated }} then case
            when {{ judged }} >= {{ evidence_incorrect }} and {{ newcombe_upper(high, judged_high, low, judged_low) }} < {{ gap }} then 'violated'
            when {{ judged }} >= {{ evidence_correct }} and {{ high }} - {{ low }} >= {{ gap }} then 'satisfied'
            else 'unproven' end
        when {{ severity }} = 'blocker' and {{ broken }} > 0 then 'violated'
        when {{ judged }} >= {{ evidence_incorrect }} and {{ broken }} > 0 and {{ wilson_bound(rate, judged, '-') }} > {{ tolerate }} then 'violated'
        when {{ judged }} >= {{ evidence_correct }} and {{ rate }} <= {{ tolerate }} then 'satisfied'
        else 'unproven'
    end
{%- endmacro %}

{% macro wilson_z() %}{{ return(1.2816) }}{% endmacro %}

{# One bound of the Wilson score interval of a rate p over n cases; sign '-' is the lower, '+' the upper. #}
{% macro wilson_bound(p, n, sign) -%}
    {%- set z = wilson_z() -%}
    {%- set n = 'nullif(' ~ n ~ ', 0)' -%}
    (({{ p }} + {{ z * z }} / (2.0 * {{ n }}) {{ sign }} {{ z }} * sqrt(greatest({{ p }} * (1.0 - {{ p }}) / {{ n }} + {{ z * z }} / (4.0 * {{ n }} * {{ n }}), 0.0)))
    / (1.0 + {{ z * z }} / {{ n }}))
{%- endmacro %}

{# The upper bound of the difference p1 - p2 of two rates: R. G. Newcombe 1998, method 10, from the two Wilson scores. #}
{% macro newcombe_upper(p1, n1, p2, n2) -%}
    ({{ p1 }} - {{ p2 }} + sqrt(
        power({{ wilson_bound(p1, n1, '+') }} - {{ p1 }}, 2) + power({{ p2 }} - {{ wilson_bound(p2, n2, '-') }}, 2)
    ))
{%- endmacro %}

{# The weeks of each window with their counts: those inside it, and those that the rule reaches back to. #}
{% macro weeks_in_windows(condition='true') %}
        select windows.rule_key, windows.week_start, weeks.*
        from {{ ref('int_rule_weeks') }} as weeks
        inner join {{ ref('int_rule_windows') }} as windows
            on windows.rule_no = weeks.rule_no and windows.obligation_week = weeks.obligation_week
        where not windows.is_before_window and ({{ condition }})
        union all
        select windows.rule_key, windows.week_start, weeks.*
        from {{ ref('int_rule_weeks') }} as weeks
        inner join reached as windows
            on windows.rule_no = weeks.rule_no and windows.person_no = weeks.person_no
            and windows.obligation_week = weeks.obligation_week
        where {{ condition }}
{%- endmacro %}
