select * from {{ source('raw', 'published_tool') }}
