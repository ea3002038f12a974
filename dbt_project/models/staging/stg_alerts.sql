select * from {{ source('raw', 'alert') }}
