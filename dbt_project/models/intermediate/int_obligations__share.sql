{{ config(materialized='view') }}
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }} {{ ref('int_usage_days') }} {{ ref('stg_calendar') }}
{{ obligations_of(rules_of_kinds(var('obligation_families')['share']), obligations__share) }}
