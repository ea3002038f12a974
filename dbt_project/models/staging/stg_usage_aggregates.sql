select * from {{ source('raw', 'usage_aggregate') }}
