select * from {{ source('raw', 'published_week') }}
