select * from {{ source('raw', 'training_plan_entry') }}
