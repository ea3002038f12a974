select * from {{ source('raw', 'valid_completion') }}
