select * from {{ source('raw', 'audit_answer') }}
