select * from {{ source('raw', 'tool_source') }}
