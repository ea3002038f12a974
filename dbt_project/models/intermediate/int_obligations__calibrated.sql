-- depends_on: {{ ref('int_rule_events') }}
{{ union_of_obligations(rules_of_kind('calibrated'), obligations__calibrated) }}
