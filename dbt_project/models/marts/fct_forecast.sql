with

-- A minimum that was raised since hides what was forecast before.
forecasts as (
    select forecast.*
    from {{ ref('stg_forecasts') }} as forecast
    cross join {{ ref('stg_calendar') }} as calendar
    where forecast.org_level = 'total' or forecast.eligible is null or forecast.eligible >= calendar.small_group
),

actual as (
    {%- for measure in target_measures() %}
    select tool_id, org_level, org_unit, '{{ measure }}' as measure, {{ measure }}_share as share, week_start
    from {{ ref('fct_adoption_week') }}
    where not is_provisional
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

weekly as (
    select
        forecasts.*, weeks.week_start, weeks.p10, weeks.p50, weeks.p90, weeks.target, weeks.due_date, weeks.chance,
        weeks.is_of_company, actual.share as actual_share,
        {{ days_between('forecasts.from_week', 'weeks.week_start') }} / 7.0 as weeks_ahead,
        {{ days_between('forecasts.from_week', iso_week('weeks.due_date')) }} / 7.0 as weeks_left
    from forecasts
    inner join {{ ref('stg_forecast_weeks') }} as weeks on weeks.forecast_no = forecasts.forecast_no
    left join actual
        on actual.tool_id = forecasts.tool_id and actual.org_level = forecasts.org_level
        and actual.org_unit = forecasts.org_unit and actual.measure = forecasts.measure
        and actual.week_start = weeks.week_start
)

select
    weekly.run_id as publication_id,
    weekly.tool_id,
    weekly.org_level,
    weekly.org_unit,
    weekly.measure,
    weekly.refusal,
    weekly.method,
    cast(weekly.weeks_known as bigint) as weeks_known,
    weekly.eligible,
    weekly.share as last_share,
    weekly.p10,
    weekly.p50,
    weekly.p90,
    weekly.target as target_share,
    weekly.chance,
    case
        when weekly.weeks_left > 0 then greatest(weekly.target - weekly.share, 0.0) * weekly.eligible / weekly.weeks_left
    end as needed_people_per_week,
    case
        when weekly.weeks_ahead > 0 then (weekly.p50 - weekly.share) * weekly.eligible / weekly.weeks_ahead
    end as expected_people_per_week,
    weekly.actual_share,
    current_forecasts.forecast_no is not null as is_current,
    weekly.week_start = {{ iso_week('weekly.due_date') }} as is_due_week,
    weekly.is_of_company as is_target_of_company,
    {{ as_utc('weekly.made_at') }} as made_at,
    weekly.from_week as from_week_start,
    weekly.due_date as target_due,
    weekly.week_start
from weekly
left join {{ ref('stg_current_forecasts') }} as current_forecasts on current_forecasts.forecast_no = weekly.forecast_no
