select * from {{ source('raw', 'publication') }}
