select * from {{ source('raw', 'restatement') }}
