select * from {{ source('raw', 'load') }}
