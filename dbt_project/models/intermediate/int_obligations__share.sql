-- depends_on: {{ ref('int_rule_events') }} {{ ref('int_usage_days') }} {{ ref('stg_calendar') }}
{{ union_of_obligations(rules_of_kind('share'), obligations__share) }}
