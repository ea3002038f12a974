select * from {{ source('raw', 'tool_link') }}
