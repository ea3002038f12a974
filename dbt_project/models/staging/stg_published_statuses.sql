select * from {{ source('raw', 'published_status') }}
