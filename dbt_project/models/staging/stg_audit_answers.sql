select * from {{ source('derived', 'audit_answer') }}
