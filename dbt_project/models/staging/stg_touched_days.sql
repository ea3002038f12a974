select * from {{ source('raw', 'touched_day') }}
