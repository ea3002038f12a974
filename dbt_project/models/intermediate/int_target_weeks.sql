-- The target in force in each week, past and to come, for every cell of the figures and every org unit that has one: its
-- own, else the whole company's. Of several dates the next one counts; after the last one, that.
with

cells as (
    select distinct tool_id, 'org_unit' as org_level, shown_as as org_unit
    from {{ ref('int_org_units') }}
    where shown_as <> 'Small groups'
    union
    select distinct tool_id, 'total', 'All'
    from {{ ref('int_org_units') }}
    union
    select tool_id, 'org_unit', org_unit
    from {{ ref('stg_targets') }}
    where org_unit is not null
),

promised as (
    select
        cells.tool_id, cells.org_level, cells.org_unit, targets.measure, targets.value, targets.due_date,
        targets.org_unit is null and cells.org_level = 'org_unit' as is_of_company,
        max(case when targets.org_unit is null then 0 else 1 end)
            over (partition by cells.tool_id, cells.org_level, cells.org_unit, targets.measure) as has_own
    from cells
    inner join {{ ref('stg_targets') }} as targets
        on targets.tool_id = cells.tool_id
        and (targets.org_unit is null or (cells.org_level = 'org_unit' and targets.org_unit = cells.org_unit))
),

kept as (select * from promised where has_own = 0 or not is_of_company),

spans as (
    select windows.tool_id, windows.first_week, greatest(windows.last_week, targets.last_week) as last_week
    from (
        select tool_id, min(week_start) as first_week, max(week_start) as last_week
        from {{ ref('int_tool_windows') }}
        group by 1
    ) as windows
    inner join (
        select tool_id, max({{ iso_week('due_date') }}) as last_week from {{ ref('stg_targets') }} group by 1
    ) as targets on targets.tool_id = windows.tool_id
),

weeks as (select tool_id, {{ week_series('first_week', 'last_week') }} as week_start from spans),

ranked as (
    select
        kept.tool_id, kept.org_level, kept.org_unit, kept.measure, kept.value, kept.is_of_company,
        kept.due_date, {{ iso_week('kept.due_date') }} as due_week, weeks.week_start,
        row_number() over (
            partition by kept.tool_id, kept.org_level, kept.org_unit, kept.measure, weeks.week_start
            order by
                case when {{ iso_week('kept.due_date') }} >= weeks.week_start then 0 else 1 end,
                abs({{ days_between('weeks.week_start', 'kept.due_date') }}), kept.value
        ) as nearness
    from kept
    inner join weeks on weeks.tool_id = kept.tool_id
)

select tool_id, org_level, org_unit, measure, value, is_of_company, due_date, due_week, week_start
from ranked
where nearness = 1
