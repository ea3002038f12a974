{#
  The way back from a violated rule: how many further clean cases until it is violated no more, and until it is
  satisfied. What a clean case is depends on the side on which the person stands (clean_case). Cases are added and none
  taken away, though the window rolls on and old ones leave it. Null: no number of cases is enough.

  The verdict macro decides; these only say where to look. A rate of x in m cases lies within a limit t by the Wilson
  bound exactly when x <= t m + z sqrt(t (1 - t) m) (the score test, inverted), so sqrt(m) solves a quadratic; the
  verdict is then asked of that m and its neighbours, for rounding may fall either way.
#}

{# What stands against the person, x of m: broken cases, or those taken where a share is too high; and its limit. #}
{% macro way_back_side() -%}
    case
        when is_calibrated then 'confidence'
        when kind = 'cadence' then 'weeks'
        when not is_share then 'kept'
        when cast(judged - broken as double) / nullif(judged, 0) > share_max then 'not_taken'
        else 'taken'
    end
{%- endmacro %}

{% macro clean_case_in_words(side) -%}
    case {{ side }}
        when 'confidence' then 'decisions that follow the confidence shown'
        when 'weeks' then 'weeks that reach the number'
        when 'kept' then 'cases that keep the rule'
        when 'not_taken' then 'cases that are not taken'
        else 'cases that are taken'
    end
{%- endmacro %}

{# Cases in all at which x stays within the limit by the Wilson bound; null when no number is enough. #}
{% macro cases_within_bound(x, limit) -%}
    {%- set spread = '(' ~ wilson_z() ~ ' * sqrt(' ~ limit ~ ' * (1.0 - ' ~ limit ~ ')))' -%}
    case when {{ limit }} > 0 then
        power((sqrt({{ spread }} * {{ spread }} + 4.0 * {{ limit }} * {{ x }}) - {{ spread }}) / (2.0 * {{ limit }}), 2)
    end
{%- endmacro %}

{# The same by the plain rate. #}
{% macro cases_within_rate(x, limit) -%}
    cast({{ x }} as double) / nullif({{ limit }}, 0.0)
{%- endmacro %}

{# The verdict after `more` clean cases, of the columns that int_verdicts judges by. #}
{% macro verdict_after(more) -%}
    {%- set total = '(judged + ' ~ more ~ ')' -%}
    {%- set broken = "(broken + case when side = 'not_taken' then " ~ more ~ ' else 0 end)' -%}
    {{ verdict(total, broken, 'pending', 'severity', 'tolerate', 'evidence_incorrect', 'evidence_correct',
               'is_share', 'share_min', 'share_max', 'false', '0', '0', 'null') }}
{%- endmacro %}

{#
  The least of three neighbouring numbers of further cases after which the verdict is `reached`; null when of none, and
  beyond 10,000 cases, which nobody will live to see (FARTHEST in orchestration/way_back.py).
#}
{% macro first_number_after(near, reached) -%}
    case
        {%- for step in [-1, 0, 1] %}
        when {{ near }} + {{ step }} between 0 and 10000 and {{ verdict_after('(' ~ near ~ ' + ' ~ step ~ ')') }} {{ reached }} then {{ near }} + {{ step }}
        {%- endfor %}
    end
{%- endmacro %}
