-- Obligations counted per person, rule and week of activation: the additive facts under every window.
{{ config(materialized='incremental', pre_hook="{{ replaced_of_rules('obligation_week') }}") }}
select
    rule_no, person_no, week_start as obligation_week,
    cast(sum(case when outcome in ('kept', 'broken') then weight else 0 end) as bigint) as judged,
    cast(sum(case when outcome = 'broken' then weight else 0 end) as bigint) as broken,
    cast(sum(case when outcome = 'pending' then weight else 0 end) as bigint) as pending,
    cast(sum(case when outcome = 'unknown' then weight else 0 end) as bigint) as unknown,
    cast(sum(case when outcome = 'excused' then weight else 0 end) as bigint) as excused,
    cast(sum(case when outcome in ('kept', 'broken') and band = 'high' then weight else 0 end) as bigint) as judged_high,
    cast(sum(case when outcome = 'kept' and band = 'high' then weight else 0 end) as bigint) as kept_high
from {{ ref('int_obligations') }}
group by 1, 2, 3
order by obligation_week
