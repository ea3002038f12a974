select
    rule.rule_id,
    rule.semantic_hash,
    rule.tool_id,
    reach.key as rule_key,
    cast(rule.version as bigint) as version,
    reach.named,
    reach.met,
    reach.used
from {{ ref('int_rule_reach') }} as reach
inner join {{ ref('stg_rule_book') }} as rule on rule.rule_no = reach.rule_no
