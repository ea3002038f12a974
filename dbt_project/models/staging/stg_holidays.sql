select * from {{ source('raw', 'holiday') }}
