select * from {{ source('derived', 'alert_sensitivity') }}
