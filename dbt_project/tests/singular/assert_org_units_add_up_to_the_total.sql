-- A returned row is a tool and week whose org units do not add up to its total.
select tool_id, week_start
from {{ ref('fct_adoption_week') }}
group by 1, 2
having sum(case when org_level = 'total' then eligible else 0 end) is distinct from sum(case when org_level = 'org_unit' then eligible else 0 end)
    or sum(case when org_level = 'total' then correct_user else 0 end) is distinct from sum(case when org_level = 'org_unit' then correct_user else 0 end)
