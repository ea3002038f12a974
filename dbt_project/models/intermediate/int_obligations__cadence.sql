{{ config(materialized='view') }}
-- depends_on: {{ ref('int_rule_events') }} {{ ref('int_usage_days') }} {{ ref('int_available_weeks') }} {{ ref('stg_calendar') }}
{{ obligations_of(rules_of_kinds(var('obligation_families')['cadence']), obligations__cadence) }}
