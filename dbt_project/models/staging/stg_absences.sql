select * from {{ source('raw', 'absence') }}
