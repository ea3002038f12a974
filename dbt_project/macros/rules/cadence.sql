{#
  cadence: one obligation per person and week with at least two available days: the number of uses (or of days with
  one) is at least the need, scaled to the days the person was available: ceil(need x available / 5). Due when the
  week ends; kept as soon as it is met. A week that began before telemetry proves nothing, and where only coarse reports speak
  of the tool nobody knows on which days it was used.
#}
{% macro obligations__cadence(rule) %}
    {%- set per_day = rule['need_unit'] == 'days' -%}
    with uses as (
        {%- if rule['measures'] %}
        select
            person_no, usage_date,
            sum({{ measure(rule['of_measure']) }}) as use_count
        from {{ ref('int_usage_days') }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and person_no is not null
        group by 1, 2
        {%- else %}
        select person_no, {{ local_date('occurred_at') }} as usage_date, count(*) as use_count
        from {{ events_of(rule) }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and {{ events_named([rule['of']]) }} and {{ activates(rule, rule['of']) }}
        group by 1, 2
        {%- endif %}
    ),
    weekly as (
        select
            person_no, {{ iso_week('usage_date') }} as week_start,
            {{ 'sum(case when use_count > 0 then 1 else 0 end)' if per_day else 'sum(use_count)' }} as reached
        from uses
        group by 1, 2
    ),
    found as (
        select
            available.person_no, null as event_no,
            {{ start_of_date('available.week_start') }} as occurred_at,
            {{ start_of_date(add_days('available.week_start', 7)) }} as due_at,
            coalesce(weekly.reached, 0) as reached,
            ceil({{ rule['need'] }} * available.available_days / 5.0) as needed
        from {{ ref('int_available_weeks') }} as available
        left join weekly on weekly.person_no = available.person_no and weekly.week_start = available.week_start
        where available.tool_id = {{ text_literal(rule['tool_id']) }} and available.available_days >= 2
            and available.tool_id in (select tool_id from {{ ref('int_day_told_tools') }})
    )
    {{ as_obligations(
        rule, "case when reached >= needed then 'kept' else 'overdue' end", due_at='due_at', looks_from_at='occurred_at'
    ) }}
{% endmacro %}
