select * from {{ source('derived', 'training_effect_current') }}
