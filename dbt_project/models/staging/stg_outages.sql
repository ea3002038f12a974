select * from {{ source('raw', 'outage') }}
