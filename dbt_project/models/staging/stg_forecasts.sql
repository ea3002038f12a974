select * from {{ source('derived', 'forecast') }}
