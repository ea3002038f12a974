-- depends_on: {{ ref('int_rule_events') }} {{ ref('int_usage_days') }}
{{ union_of_obligations(rules_of_kind('share'), obligations__share) }}
