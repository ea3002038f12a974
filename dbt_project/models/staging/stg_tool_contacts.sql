select * from {{ source('raw', 'tool_contact') }}
