-- Into which windows the obligations of a week fall, for every rule and version: a few thousand rows of integers that
-- spare the big tables a range join. `rule_key` is one per rule, whatever the version; the newest version in a window
-- sets the terms of its verdict. Weeks before the window that a rule may reach back to have is_before_window.
{{ config(pre_hook="{{ refreshed() }}") }}
with

rules as (
    select
        rule_no, tool_id, min(rule_no) over (partition by tool_id, rule_id) as rule_key,
        cast({{ json_text('spec', 'reach_obligations') }} as bigint) as reach_obligations,
        cast({{ json_text('spec', 'reach_weeks') }} as bigint) as reach_weeks
    from {{ ref('stg_rule_book') }}
),

windows as (select * from {{ ref('int_tool_windows') }})

select
    rules.rule_no, rules.rule_key, rules.tool_id,
    member.week_start as obligation_week, windows.week_start, windows.is_provisional,
    rules.reach_obligations,
    member.week_start < windows.window_start as is_before_window
from rules
inner join windows
    on windows.tool_id = rules.tool_id and {{ is_refreshed('windows.tool_id', 'windows.week_start') }}
inner join windows as member
    on member.tool_id = windows.tool_id
    and member.week_start < windows.window_end
    and (
        member.week_start >= windows.window_start
        or member.week_start >= {{ add_days('windows.window_end', '-7 * rules.reach_weeks') }}
    )
