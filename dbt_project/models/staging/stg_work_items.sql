select * from {{ source('raw', 'work_item') }}
