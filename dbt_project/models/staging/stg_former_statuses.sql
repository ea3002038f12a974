select * from {{ source('raw', 'former_status') }}
