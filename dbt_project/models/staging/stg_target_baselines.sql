select * from {{ source('derived', 'target_baseline') }}
