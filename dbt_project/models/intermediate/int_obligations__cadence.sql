-- depends_on: {{ ref('int_rule_events') }} {{ ref('int_usage_days') }} {{ ref('int_available_weeks') }} {{ ref('stg_calendar') }}
{{ union_of_obligations(rules_of_kind('cadence'), obligations__cadence) }}
