select * from {{ source('built', 'count_group') }}
