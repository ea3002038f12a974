select * from {{ source('derived', 'alert') }}
