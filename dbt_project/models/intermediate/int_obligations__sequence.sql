-- The kinds that look along a sequence are one model, so that rules over the same partition share one pass.
{{ config(materialized='view') }}
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }}
{{ obligations_of_sequences(rules_of_kinds(var('obligation_families')['sequence'])) }}
