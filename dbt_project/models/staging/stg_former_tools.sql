select * from {{ source('raw', 'former_tool') }}
