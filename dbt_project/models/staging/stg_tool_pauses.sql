select * from {{ source('raw', 'tool_pause') }}
