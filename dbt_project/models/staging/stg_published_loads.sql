select * from {{ source('raw', 'published_load') }}
