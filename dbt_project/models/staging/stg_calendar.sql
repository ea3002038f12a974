select * from {{ source('raw', 'calendar') }}
