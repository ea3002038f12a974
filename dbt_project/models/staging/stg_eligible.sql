select * from {{ source('raw', 'eligible') }}
