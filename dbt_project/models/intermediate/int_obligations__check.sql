{{ config(materialized='view') }}
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }}
{{ obligations_of(rules_of_kinds(var('obligation_families')['check']), obligations__check) }}
