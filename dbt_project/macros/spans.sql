{# Spans of days per tool and person, both ends included, that touch or overlap, as one: tool_id, person_no, first_date, last_date. #}
{% macro merged_spans(spans) %}
    select tool_id, person_no, min(first_date) as first_date, max(last_date) as last_date
    from (
        select
            *,
            sum(case when reached_date is null or {{ days_between('reached_date', 'first_date') }} > 1 then 1 else 0 end)
                over (partition by tool_id, person_no order by first_date, last_date rows unbounded preceding) as span_number
        from (
            select
                tool_id, person_no, first_date, last_date,
                max(last_date) over (
                    partition by tool_id, person_no order by first_date, last_date
                    rows between unbounded preceding and 1 preceding
                ) as reached_date
            from {{ spans }}
        ) as marked
    ) as numbered
    group by tool_id, person_no, span_number
{% endmacro %}
