select * from {{ source('raw', 'tool_production') }}
