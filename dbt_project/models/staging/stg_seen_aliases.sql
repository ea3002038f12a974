select * from {{ source('raw', 'unresolved_namespace') }}
