{{ config(materialized='view') }}
-- depends_on: {{ ref('int_rule_events') }} {{ ref('stg_calendar') }}
{{ obligations_of(rules_of_kinds(var('obligation_families')['count']), obligations__count) }}
