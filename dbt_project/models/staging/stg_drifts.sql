select * from {{ source('raw', 'drift') }}
