{{ config(materialized='view') }}
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }} {{ ref('int_usage_days') }} {{ ref('int_available_weeks') }} {{ ref('int_day_told_tools') }} {{ ref('stg_calendar') }}
{{ obligations_of(rules_of_kinds(var('obligation_families')['cadence']), obligations__cadence) }}
