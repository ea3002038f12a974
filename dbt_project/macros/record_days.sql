{# Of some of int_source_records, per tool and day: all of them, those of services, those of people whom no roster knows. #}
{% macro record_days(condition) %}
    select
        thinned.tool_id, thinned.day,
        cast(sum(thinned.records) as bigint) as records,
        cast(sum(case when thinned.actor_type = 'service' then thinned.records else 0 end) as bigint) as service_records,
        cast(sum(case when thinned.actor_type <> 'service' and alias.person_no is null then thinned.records else 0 end) as bigint) as unknown_records
    from (
        select tool_id, record_date as day, alias_no, actor_type, count(*) as records
        from {{ ref('int_source_records') }}
        where {{ condition }}
        group by 1, 2, 3, 4
    ) as thinned
    left join {{ ref('int_alias_people') }} as alias
        on alias.alias_no = thinned.alias_no and thinned.day between alias.valid_from and alias.valid_to
    group by 1, 2
{% endmacro %}
