-- Daily aggregates, one row per person: the parts of a day (terminals, clients) added up, unknown kept unknown.
{{ config(pre_hook="{{ refreshed() }}") }}
with

aggregates as (
    select * from {{ ref('stg_usage_aggregates') }} where grain = 'day' and {{ is_refreshed('tool_id', 'period_start') }}
),

resolved as (
    select
        aggregates.tool_id, alias.person_no, aggregates.period_start as usage_date,
        max(case when aggregates.is_active then 1 when not aggregates.is_active then 0 end) = 1 as is_active,
        {%- for measure in aggregate_measures() %}
        sum(aggregates.{{ measure }}) as {{ measure }},
        {%- endfor %}
        {%- for measure in named_measures() %}
        sum({{ typed(json_text('aggregates.attributes', measure), 'double') }}) as "{{ measure }}__double",
        {%- endfor %}
        max(aggregates.actor_type) as actor_type
    from aggregates
    inner join {{ ref('int_alias_people') }} as alias
        on alias.alias_no = aggregates.alias_no
        and aggregates.period_start between alias.valid_from and alias.valid_to
    where aggregates.actor_type <> 'service'
    group by 1, 2, 3
),

judged as (
    select
        resolved.*,
        {{ start_of_date('resolved.usage_date') }} as occurred_at,
        {{ start_of_date('resolved.usage_date') }} >= tool.judged_from_at
            and {{ start_of_date('resolved.usage_date') }} < tool.judged_to_at as is_judged,
        {{ is_activity() }} as is_use
    from resolved
    inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = resolved.tool_id
)

select * from judged
