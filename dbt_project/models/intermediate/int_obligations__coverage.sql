-- depends_on: {{ ref('int_rule_events') }} {{ ref('stg_work_items') }} {{ ref('int_alias_people') }}
{{ union_of_obligations(rules_of_kind('coverage'), obligations__coverage) }}
