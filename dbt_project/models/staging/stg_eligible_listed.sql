select * from {{ source('raw', 'eligible_listed') }}
