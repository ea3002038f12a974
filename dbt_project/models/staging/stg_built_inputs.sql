select * from {{ source('built', 'input') }}
