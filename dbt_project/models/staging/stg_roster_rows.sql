select * from {{ source('raw', 'roster_row') }}
