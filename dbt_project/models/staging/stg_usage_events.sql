select * from {{ source('raw', 'usage_event') }}
