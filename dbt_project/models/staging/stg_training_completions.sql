select * from {{ source('raw', 'training_completion') }}
