select * from {{ source('derived', 'forecast_week') }}
