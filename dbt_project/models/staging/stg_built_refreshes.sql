select * from {{ source('built', 'refresh') }}
