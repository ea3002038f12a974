-- What came of each entry of each plan. Who completed the module before the plan was made stands open: that training has
-- not kept them from breaking the rule.
with

today as (select {{ local_date('as_of') }} as as_of_date from {{ ref('stg_runs') }}),

entries as (
    select entry.*, plan.due_date, plan.made_at
    from {{ ref('stg_training_plan_entries') }} as entry
    inner join {{ ref('stg_training_plans') }} as plan on plan.plan_id = entry.plan_id
),

completed as (
    select entries.plan_id, entries.person_key, entries.tool_id, entries.rule_id, min(completion.completed_at) as completed_at
    from entries
    inner join {{ ref('int_module_completions') }} as completion
        on completion.person_key = entries.person_key and completion.tool_id = entries.tool_id
        and completion.rule_id = entries.rule_id and completion.module_code = entries.module_code
        and completion.completed_at >= entries.made_at
    group by 1, 2, 3, 4
)

select
    entries.plan_id,
    entries.person_key,
    entries.tool_id,
    entries.rule_id,
    entries.module,
    entries.module_code,
    entries.severity,
    entries.arm,
    case
        when entries.arm = 'hold_out' and completed.completed_at is not null then 'trained_anyway'
        when entries.arm = 'hold_out' then 'held_out'
        when {{ local_date('completed.completed_at') }} <= entries.due_date then 'completed'
        when completed.completed_at is not null then 'completed_late'
        when today.as_of_date > entries.due_date then 'overdue'
        else 'open'
    end as state,
    cast(entries.version as bigint) as version,
    cast(entries.judged as bigint) as judged,
    cast(entries.broken as bigint) as broken,
    entries.is_drawn,
    entries.week_start,
    entries.due_date,
    {{ as_utc('entries.made_at') }} as made_at,
    {{ as_utc('completed.completed_at') }} as completed_at
from entries
cross join today
left join completed
    on completed.plan_id = entries.plan_id and completed.person_key = entries.person_key
    and completed.tool_id = entries.tool_id and completed.rule_id = entries.rule_id
