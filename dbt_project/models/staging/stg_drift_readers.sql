select * from {{ source('raw', 'drift_reader') }}
