-- A returned row is a rule whose weekly counts do not add up to its obligations: judged, pending, unknown and
-- excused are all there is. Of the weeks that were rebuilt.
with

obligations as (
    select rule_no, sum(weight) as weight from {{ ref('int_obligations') }} group by 1
),

counted as (
    select rule_no, sum(judged + pending + unknown + excused) as weight 
    from {{ ref('int_rule_weeks') }}
    where {{ is_refreshed_rule('rule_no', 'obligation_week') }}
    group by 1
)

select obligations.rule_no, obligations.weight, counted.weight as counted
from obligations
full outer join counted on counted.rule_no = obligations.rule_no
where obligations.weight is distinct from counted.weight
