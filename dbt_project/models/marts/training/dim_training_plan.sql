select
    plan_id,
    publication_id,
    cast(seed as bigint) as seed,
    hold_out as hold_out_share,
    due_date,
    {{ as_utc('made_at') }} as made_at
from {{ ref('stg_training_plans') }}
