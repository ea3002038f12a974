-- A returned row is a restated figure whose parts do not lead from what was published to what is published now.
select *
from {{ ref('fct_restatement') }}
where before + behaviour + rule + population + late_data is distinct from after
