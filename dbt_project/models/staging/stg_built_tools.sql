select * from {{ source('built', 'tool') }}
