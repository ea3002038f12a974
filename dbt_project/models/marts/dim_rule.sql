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
    effective_from,
    effective_to
from {{ ref('stg_rule_book') }}
