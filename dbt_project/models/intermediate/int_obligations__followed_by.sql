-- depends_on: {{ ref('int_rule_events') }}
{{ union_of_obligations(rules_of_kind('followed_by'), obligations__followed_by) }}
