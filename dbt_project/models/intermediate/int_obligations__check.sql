-- depends_on: {{ ref('int_rule_events') }}
{{ union_of_obligations(rules_of_kind('check'), obligations__check) }}
