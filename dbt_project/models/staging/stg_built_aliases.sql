select * from {{ source('built', 'alias') }}
