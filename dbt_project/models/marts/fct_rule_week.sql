with

verdicts as (select * from {{ ref('int_verdicts') }}),

broken as (
    select
        obligation.tool_id, obligation.person_no, obligation.rule_id, tool_window.week_start,
        {{ first_three('obligation.event_id', 'obligation.obligation_at, obligation.event_id') }} as first_broken_event_ids
    from {{ ref('int_obligation_events') }} as obligation
    inner join {{ ref('int_tool_windows') }} as tool_window
        on tool_window.tool_id = obligation.tool_id
        and obligation.week_start >= tool_window.window_start and obligation.week_start < tool_window.window_end
    where obligation.outcome = 'broken'
    group by 1, 2, 3, 4
)

select
    person.person_key,
    verdicts.tool_id,
    verdicts.rule_id,
    verdicts.severity,
    verdicts.verdict,
    statuses.org_unit,
    broken.first_broken_event_ids,
    cast(verdicts.version as bigint) as version,
    verdicts.judged,
    verdicts.broken,
    verdicts.pending,
    verdicts.unknown,
    verdicts.excused,
    cast(verdicts.judged - verdicts.broken as double) / nullif(verdicts.judged, 0) as value,
    verdicts.is_provisional,
    verdicts.week_start
from verdicts
inner join {{ ref('stg_people') }} as person on person.person_no = verdicts.person_no
inner join {{ ref('int_statuses') }} as statuses
    on statuses.tool_id = verdicts.tool_id and statuses.person_no = verdicts.person_no
    and statuses.week_start = verdicts.week_start
left join broken
    on broken.tool_id = verdicts.tool_id and broken.person_no = verdicts.person_no
    and broken.rule_id = verdicts.rule_id and broken.week_start = verdicts.week_start
