-- The spans in which a tool is taken out of judgement.
{{ config(materialized='view') }}
select tool_id, {{ spans_of('pauses') }} from {{ ref('stg_tools') }} where pauses is not null
