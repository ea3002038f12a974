select * from {{ source('raw', 'rule_book') }}
