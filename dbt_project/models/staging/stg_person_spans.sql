select * from {{ source('raw', 'person_span') }}
