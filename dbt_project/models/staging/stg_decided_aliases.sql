select * from {{ source('raw', 'decided_alias') }}
