select * from {{ source('raw', 'person') }}
