-- A returned row is a tool, week and org unit whose classes or reasons do not add up to its eligible people.
select *
from {{ ref('fct_adoption_week') }}
where eligible is distinct from non_user + incorrect_user + correct_user + not_judged
    or judged is distinct from eligible - not_judged
    or not_judged is distinct from not_judged_paused + not_judged_away + not_judged_new + not_judged_no_opportunity
        + not_judged_unproven + not_judged_no_evidence
