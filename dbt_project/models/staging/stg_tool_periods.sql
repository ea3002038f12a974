select * from {{ source('raw', 'tool_period') }}
