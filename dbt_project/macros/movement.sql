{#
  What a person is to a tool in a week, as product people count users. Active: reached min_uses in the window. First match
  wins. Who was away or whose tool stood still is not called dormant; whose use nobody can know is unknown, never dormant.
#}
{% macro lifecycle_state() -%}
    case
        when is_active and coalesce(has_been_user, 0) = 0 then 'new'
        when is_active and was_eligible and was_active then 'retained'
        when is_active then 'resurrected'
        when reason in ('paused', 'away', 'no_opportunity') then reason
        when reason = 'no_evidence' then 'unknown'
        when has_been_user = 1 or reason = 'lapsed' then 'dormant'
        when uses > 0 then 'tried'
        when reason = 'new' then 'newcomer'
        else 'never'
    end
{%- endmacro %}

{#
  The name of a step from one status to another. decay: a correct user has become an incorrect one.
#}
{% macro movement_name() -%}
    case
        when from_status = 'not_eligible' then 'joined'
        when to_status = 'not_eligible' then 'left'
        when from_status = to_status then 'stayed'
        when from_status = 'correct_user' and to_status = 'incorrect_user' then 'decay'
        when from_status = 'incorrect_user' and to_status = 'correct_user' then 'recovery'
        when to_status = 'not_judged' then 'out_of_sight'
        when from_status = 'not_judged' then 'into_sight'
        when from_status = 'non_user' then 'adoption'
        else 'abandonment'
    end
{%- endmacro %}

{# The length of the usage segments' windows in calendar weeks, each with how many of its weeks must hold a use. #}
{% macro segment_windows() %}{{ return({12: 9, 4: 4}) }}{% endmacro %}

{#
  Microsoft's usage segments, as published for Copilot (https://microsoft.github.io/viva-insights-sample-code/copilot-usage-segments):
  first match wins. `weeks_seen` is how many of the window's weeks the person was meant to use the tool.
#}
{% macro usage_segment(weeks, habit) -%}
    case
        when not is_told then 'unknown'
        when weeks_seen_{{ weeks }} < {{ weeks }} then 'too_little_history'
        when weeks_used_{{ weeks }} >= {{ habit }} and actions_{{ weeks }} >= {{ 15 * weeks }} then 'power'
        when weeks_used_{{ weeks }} >= {{ habit }} then 'habitual'
        when actions_{{ weeks }} >= {{ weeks }} then 'novice'
        when actions_{{ weeks }} > 0 then 'low'
        else 'non_user'
    end
{%- endmacro %}
