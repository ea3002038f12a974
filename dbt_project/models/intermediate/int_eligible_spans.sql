-- Who is meant to use which tool, when: the roster narrowed by the tool's condition, its seats (listed in the
-- inbox, or reported by a source that lists licence holders), or its list.
-- Spans that touch are one span, so that a move between departments does not make a newcomer.
with

roster as (select * from {{ ref('stg_person_spans') }}),

people as (
    {%- set tools = tools_of_eligible_kind('people') %}
    {%- for tool in tools %}
    select {{ text_literal(tool['tool_id']) }} as tool_id, person_no, valid_from as first_date, valid_to as last_date
    from roster
    {% if tool['eligible_sql'] %}where coalesce({{ tool['eligible_sql'] }}, false){% endif %}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as varchar) as tool_id, person_no, valid_from as first_date, valid_to as last_date from roster where false
    {%- endfor %}
),

entitled as (
    select tool_id, alias_no, coalesce(first_date, date '0001-01-01') as first_date, coalesce(last_date, date '9999-12-31') as last_date
    from {{ ref('stg_eligible') }}
    where tool_id in (select tool_id from {{ ref('stg_tools') }} where eligible_kind = 'seats')
    union all
    select tool_id, alias_no, first_date, last_date
    from {{ ref('int_reported_seats') }}
    where tool_id in (select tool_id from {{ ref('stg_tools') }} where eligible_kind = 'seats')
    union all
    select tool_id, alias_no, date '0001-01-01', date '9999-12-31'
    from {{ ref('stg_eligible_listed') }}
),

named as (
    select
        entitled.tool_id, alias.person_no,
        greatest(entitled.first_date, roster.valid_from) as first_date,
        least(entitled.last_date, roster.valid_to) as last_date
    from entitled
    inner join {{ ref('int_alias_people') }} as alias on alias.alias_no = entitled.alias_no
    inner join roster
        on roster.person_no = alias.person_no
        and roster.valid_from <= entitled.last_date and roster.valid_to >= entitled.first_date
),

spans as (select * from people union all select * from named),

merged as ({{ merged_spans('spans') }})

select * from merged
