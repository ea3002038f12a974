{{ config(materialized='view') }}
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }} {{ ref('int_tool_watermarks') }} {{ ref('stg_calendar') }}
{{ obligations_of(rules_of_kinds(var('obligation_families')['count']), obligations__count) }}
