select * from {{ source('raw', 'tool') }}
