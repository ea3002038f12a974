-- depends_on: {{ ref('int_rule_events') }}
{{ union_of_obligations(rules_of_kind('not_followed_by'), obligations__not_followed_by) }}
