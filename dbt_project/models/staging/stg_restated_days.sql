select * from {{ source('raw', 'restated_day') }}
