-- When each person first used a tool. Whoever did before the weeks that are rebuilt has done so still.
{{ config(materialized='incremental', pre_hook="{{ replaced('first_use_date') }}") }}
select tool_id, person_no, min(usage_date) as first_use_date
from {{ ref('int_uses') }} as uses
where {{ is_refreshed('tool_id', 'usage_date') }}
    {%- if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as known where known.tool_id = uses.tool_id and known.person_no = uses.person_no
    )
    {%- endif %}
group by 1, 2
