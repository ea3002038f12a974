select * from {{ source('raw', 'known_roster') }}
