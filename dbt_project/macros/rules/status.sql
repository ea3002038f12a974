{#
  The status of a person for a tool and week. First match wins; order of evaluation matters here: it is the policy.
  Written once, here; `branch` says which line decided, as 'status: reason'.
#}
{% macro status_branch() -%}
    case
        when is_paused then 'not_judged: paused'
        when reachable_days < min_available_days then 'not_judged: away'
        when eligible_days < grace_days then 'not_judged: new'
        when blockers_violated > 0 then 'incorrect_user: blocker'
        when uses < min_uses then case
            when has_work_items and work_items = 0 then 'not_judged: no_opportunity'
            when uses > 0 then 'non_user: tried'
            when has_used_before then 'non_user: lapsed'
            else 'non_user: never' end
        when not can_prove then 'not_judged: no_evidence'
        when majors_violated > 0 then 'incorrect_user: major'
        when minors_violated >= 2 then 'incorrect_user: several_minor'
        when serious_satisfied > 0 then 'correct_user: proven'
        else 'not_judged: unproven'
    end
{%- endmacro %}
