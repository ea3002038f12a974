select * from {{ source('raw', 'training_plan') }}
