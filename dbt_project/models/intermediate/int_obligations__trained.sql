-- depends_on: {{ ref('int_rule_events') }} {{ ref('stg_training_completions') }} {{ ref('int_alias_people') }}
{{ union_of_obligations(rules_of_kind('trained'), obligations__trained) }}
