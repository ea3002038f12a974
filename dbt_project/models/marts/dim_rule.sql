select
    rule_id,
    semantic_hash,
    tool_id,
    kind,
    title,
    sentence,
    severity,
    why,
    train,
    owner,
    cast(version as bigint) as version,
    cast(within_us as double) / 1000000.0 as within_s,
    cast(tolerate as double) as tolerate,
    cast(evidence_incorrect as bigint) as evidence_incorrect,
    cast(evidence_correct as bigint) as evidence_correct,
    case when kind = 'share' then coalesce(cast({{ json_text('spec', 'min') }} as double), 0.0) end as share_min,
    case when kind = 'share' then coalesce(cast({{ json_text('spec', 'max') }} as double), 1.0) end as share_max,
    cast({{ json_text('spec', 'reach_obligations') }} as bigint) as reach_obligations,
    cast({{ json_text('spec', 'reach_weeks') }} as bigint) as reach_weeks,
    exists (
        select 1 from {{ ref('stg_drift_readers') }} as reader
        where reader.tool_id = rules.tool_id and reader.rule_id = rules.rule_id and reader.version = rules.version
            and reader.last_date is null
    ) as is_untrustworthy,
    effective_from,
    effective_to
from {{ ref('stg_rule_book') }} as rules
