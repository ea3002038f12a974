select * from {{ source('raw', 'voided_completion') }}
