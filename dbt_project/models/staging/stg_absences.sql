select * from {{ source('raw', 'known_absence') }}
