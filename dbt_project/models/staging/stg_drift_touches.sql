select * from {{ source('raw', 'drift_touch') }}
