select * from {{ source('raw', 'identity_alias') }}
