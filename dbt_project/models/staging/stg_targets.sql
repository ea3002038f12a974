select * from {{ source('raw', 'target') }}
