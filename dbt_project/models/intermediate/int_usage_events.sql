-- Events with the person they resolve to, and the catalogue attributes that rules and uses name as typed columns.
{{ config(materialized='view') }}
{%- set attributes = named_attributes() %}
with

events as (
    select *{% if attributes %}, {{ json_texts('attributes', attributes | map(attribute=0) | list) }} as attribute_texts{% endif %}
    from {{ ref('stg_usage_events') }}
),

resolved as (
    select
        events.*,
        alias.person_no,
        coalesce(alias.person_no, events.alias_no) as actor_no
        {%- for name, type in attributes %},
        {{ typed(text_at('events.attribute_texts', loop.index0), type) }} as "{{ name }}__{{ type }}"
        {%- endfor %}
    from events
    left join {{ ref('int_alias_people') }} as alias
        on alias.alias_no = events.alias_no
        and cast(events.occurred_at as date) between alias.valid_from and alias.valid_to
)

select * from resolved
