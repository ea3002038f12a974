select * from {{ source('raw', 'identity_link') }}
