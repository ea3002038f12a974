select * from {{ source('derived', 'forecast_current') }}
