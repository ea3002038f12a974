{{ config(materialized='view') }}
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }} {{ ref('stg_work_items') }} {{ ref('int_alias_people') }}
{{ obligations_of(rules_of_kinds(var('obligation_families')['coverage']), obligations__coverage) }}
