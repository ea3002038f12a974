-- How many need what, by org unit and rule. Of a rule that reaches few people of a unit nothing is shown for the unit
-- alone: its people count in the row 'Small groups' of that rule.
with

latest as (
    select tool_id, coalesce(last_final_week_start, last_week_start) as week_start from {{ ref('dim_tool') }}
),

judged as (
    select
        judged.tool_id, judged.rule_id, judged.week_start, judged.person_key, unit.shown_as,
        judged.judged, judged.broken, need.person_key is not null as is_needed
    from {{ ref('fct_rule_week') }} as judged
    inner join latest on latest.tool_id = judged.tool_id and latest.week_start = judged.week_start
    inner join {{ ref('int_org_units') }} as unit
        on unit.tool_id = judged.tool_id and unit.week_start = judged.week_start
        and unit.org_unit = coalesce(judged.org_unit, 'Unknown')
    left join {{ ref('fct_training_need') }} as need
        on need.tool_id = judged.tool_id and need.rule_id = judged.rule_id and need.person_key = judged.person_key
    where judged.judged > 0
),

counted as (
    select
        tool_id, rule_id, week_start, shown_as, count(*) as judged_people,
        sum(case when is_needed then 1 else 0 end) as people, sum(judged) as judged, sum(broken) as broken
    from judged
    group by 1, 2, 3, 4
),

-- Every shown unit of a tool with every rule that judges anybody in it.
cells as (
    select
        units.tool_id, rules.rule_id, units.week_start, units.shown_as,
        coalesce(counted.judged_people, 0) as judged_people, coalesce(counted.people, 0) as people,
        coalesce(counted.judged, 0) as judged, coalesce(counted.broken, 0) as broken
    from (select distinct tool_id, week_start, shown_as from {{ ref('int_org_units') }}) as units
    inner join (select distinct tool_id, rule_id, week_start from counted) as rules
        on rules.tool_id = units.tool_id and rules.week_start = units.week_start
    left join counted
        on counted.tool_id = units.tool_id and counted.rule_id = rules.rule_id and counted.shown_as = units.shown_as
),

ranked as (
    select
        cells.*, calendar.small_group,
        sum(cells.judged_people) over (partition by cells.tool_id, cells.rule_id) as rule_judged_people,
        {{ people_in_smaller('cells.judged_people', 'cells.tool_id, cells.rule_id', 'cells.shown_as') }} as people_in_smaller
    from cells
    cross join {{ ref('stg_calendar') }} as calendar
),

placed as (
    select
        *, rule_judged_people < small_group as is_small_rule,
        judged_people > 0 and {{ is_small_group('judged_people', 'people_in_smaller', 'small_group') }} as is_small
    from ranked
),

rows_shown as (
    select
        tool_id, rule_id, week_start, 'total' as org_level, 'All' as org_unit, max(is_small_rule) as is_hidden,
        sum(judged_people) as judged_people, sum(people) as people, sum(judged) as judged, sum(broken) as broken
    from placed
    group by 1, 2, 3
    union all
    select
        tool_id, rule_id, week_start, 'org_unit', case when is_small then {{ small_groups_name() }} else shown_as end,
        max(is_small_rule), sum(judged_people), sum(people), sum(judged), sum(broken)
    from placed
    group by 1, 2, 3, 4, 5
    union all
    select tool_id, rule_id, week_start, 'org_unit', shown_as, true, null, null, null, null
    from placed
    where is_small and shown_as <> {{ small_groups_name() }}
),

newest_rules as (
    select
        rule_id, tool_id, version, severity, {{ module_of('train') }} as module,
        row_number() over (partition by tool_id, rule_id order by version desc) as age
    from {{ ref('dim_rule') }}
),

priorities as (
    select tool_id, rule_id, max(priority) as priority from {{ ref('fct_training_need') }} group by 1, 2
)

select
    shown.tool_id,
    shown.rule_id,
    rules.module,
    {{ module_code_of('rules.module') }} as module_code,
    rules.severity,
    shown.org_level,
    shown.org_unit,
    {%- for count in ['people', 'judged_people', 'judged', 'broken'] %}
    cast(case when not shown.is_hidden then shown.{{ count }} end as bigint) as {{ count }},
    {%- endfor %}
    case when not shown.is_hidden then cast(shown.people as double) / nullif(shown.judged_people, 0) end as people_share,
    case when not shown.is_hidden then cast(shown.broken as double) / nullif(shown.judged, 0) end as broken_share,
    priorities.priority,
    shown.is_hidden,
    windows.is_provisional,
    shown.week_start
from rows_shown as shown
inner join newest_rules as rules on rules.tool_id = shown.tool_id and rules.rule_id = shown.rule_id and rules.age = 1
inner join {{ ref('int_tool_windows') }} as windows
    on windows.tool_id = shown.tool_id and windows.week_start = shown.week_start
left join priorities on priorities.tool_id = shown.tool_id and priorities.rule_id = shown.rule_id
