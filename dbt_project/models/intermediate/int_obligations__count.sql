-- depends_on: {{ ref('int_rule_events') }} {{ ref('stg_calendar') }}
{{ union_of_obligations(rules_of_kind('count'), obligations__count) }}
