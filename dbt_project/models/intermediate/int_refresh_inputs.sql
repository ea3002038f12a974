-- Everything that figures stand on beside the usage records, as spans of days, so that two states of it can be compared:
-- where a span came, went or ended otherwise, figures may differ from that day on. `subject` is whom it concerns,
-- `content` stands for all that is said of them, and no tool means every tool. Where something holds at every time, so
-- does its span.
with

tools as (select * from {{ ref('stg_tools') }}),

company as (
    select 'calendar' as kind, '' as tool_id, 0 as subject, {{ fingerprint(['timezone', 'working_days', 'org_unit', 'small_group']) }} as content, date '0001-01-01' as first_date, date '9999-12-31' as last_date
    from {{ ref('stg_calendar') }}
    union all
    select 'holiday', '', 0, {{ fingerprint(['0']) }}, holiday_date, holiday_date
    from {{ ref('stg_holidays') }}
),

-- What its sources tell at all, and by which terms its people are judged.
told as (
    select
        tool_id,
        max(case when tells_days then 1 else 0 end) as tells_days,
        max(case when is_sequenced then 1 else 0 end) as is_sequenced,
        max(case when is_ordered then 1 else 0 end) as is_ordered,
        string_agg(case when not has_only_events then source_id end, ',' order by source_id) as counted_sources
    from (
        select
            tool_id, source_id, max(tells_days) as tells_days, max(is_sequenced) as is_sequenced,
            max(is_ordered) as is_ordered, min(has_only_events) as has_only_events
        from {{ ref('int_source_days') }}
        group by 1, 2
    ) as sources
    group by 1
),

terms as (
    select 'terms' as kind, tools.tool_id, 0 as subject,
        {{ fingerprint(['tools.live_from', 'tools.uses_sql', 'tools.window_weeks', 'tools.min_uses', 'tools.min_available_days', 'tools.grace_days',
                        'tools.late_days', 'tools.rollup_unproven', 'tools.has_work_items', 'tools.can_prove', 'promised.latency_within_ms']) }} as content
    from tools
    left join {{ ref('stg_tool_productions') }} as promised on promised.tool_id = tools.tool_id
    union all
    select 'telemetry', tools.tool_id, 0,
        {{ fingerprint(['told.tells_days', 'told.is_sequenced', 'told.is_ordered', 'told.counted_sources',
                        'tools.tool_id in (select tool_id from ' ~ ref('stg_work_items') ~ ')',
                        'exists (select 1 from ' ~ ref('stg_training_completions') ~ ')']) }}
    from tools
    left join told on told.tool_id = tools.tool_id
    union all
    select 'reach', tool_id, 0, {{ fingerprint(['data_from_at', 'judged_from_at', 'judged_to_at', 'watermark_at is null', 'has_own_period']) }}
    from {{ ref('int_tool_watermarks') }}
    union all
    -- A number may stand for another rule than before, so a rule concerns all time, whenever it is in force.
    select 'rule', tool_id, rule_no,
        {{ fingerprint(['rule_id', 'version', 'kind', 'severity', 'tolerate', 'evidence_incorrect', 'evidence_correct', 'within_us',
                        'effective_from', 'effective_to', 'cast(spec as varchar)']) }}
    from {{ ref('stg_rule_book') }}
),

-- A day between two spans goes by the pattern of the later one: it begins where the earlier one ended.
roster as (
    select 'roster' as kind, '' as tool_id, span.person_no as subject,
        {{ fingerprint([org_unit_of('span'), 'span.role', 'span.working_days']) }} as content,
        coalesce({{ add_days('lag(span.valid_to) over (partition by span.person_no order by span.valid_from)', 1) }}, span.valid_from) as first_date,
        span.valid_to as last_date
    from {{ ref('stg_person_spans') }} as span
    union all
    select 'absence', '', person_no, {{ fingerprint(['0']) }}, first_date, last_date
    from {{ ref('stg_absences') }}
    union all
    select 'account', '', alias_no, {{ fingerprint(['person_no']) }}, valid_from, valid_to
    from {{ ref('int_alias_people') }}
    union all
    select 'eligible', tool_id, person_no, {{ fingerprint(['0']) }}, first_date, last_date
    from {{ ref('int_eligible_spans') }}
),

of_tools as (
    select 'week' as kind, tool_id, 0 as subject, {{ fingerprint(['window_start', 'window_end', 'window_weeks', 'open_mask', 'has_own_period', 'is_provisional']) }} as content, week_start as first_date, week_start as last_date
    from {{ ref('int_tool_weeks') }}
    union all
    select 'outage', tool_id, 0, {{ fingerprint(['starts_at', 'ends_at']) }}, {{ add_days(local_date('starts_at'), -1) }}, {{ local_date('ends_at') }}
    from {{ ref('stg_outages') }}
    union all
    select 'pause', tool_id, 0, {{ fingerprint(['0']) }}, first_date, last_date
    from {{ ref('int_tool_pauses') }}
    union all
    select 'blind', tool_id, 0, {{ fingerprint(['source_id', 'part', 'column_name', 'change', 'rule_id', 'version']) }}, first_date, coalesce(last_date, date '9999-12-31')
    from {{ ref('stg_drift_readers') }}
    where is_blinding
),

-- A trained rule asks at every use for a completion before it.
trainings as (
    select 'training' as kind, rules.tool_id, alias.person_no as subject, {{ fingerprint(['rules.rule_no', 'completion.completed_at']) }} as content, {{ local_date('completion.completed_at') }} as first_date, date '9999-12-31' as last_date
    from {{ ref('stg_training_completions') }} as completion
    inner join {{ ref('int_alias_people') }} as alias on alias.alias_no = completion.alias_no
    inner join {{ ref('stg_rule_book') }} as rules
        on rules.kind = 'trained' and {{ json_text('rules.spec', 'module') }} = completion.module
),

-- An item is an opportunity from its opening to its closing, and its closing is judged.
items as (
    select
        item.tool_id, alias.person_no, item.item_id, item.kind, item.opened_at, item.closed_at,
        coalesce({{ local_date('item.opened_at') }}, {{ local_date('item.closed_at') }}) as first_date,
        coalesce({{ local_date('item.closed_at') }}, date '9999-12-31') as last_date
    from {{ ref('stg_work_items') }} as item
    inner join {{ ref('int_alias_people') }} as alias on alias.alias_no = item.alias_no
),

work as (
    select 'item' as kind, tool_id, person_no as subject, {{ fingerprint(['item_id', 'opened_at']) }} as content, first_date, last_date
    from items
    where opened_at is not null
    union all
    select 'closing', tool_id, person_no, {{ fingerprint(['item_id', 'kind', 'opened_at', 'closed_at']) }}, last_date, last_date
    from items
    where closed_at is not null
),

-- A report counts in windows that end with its period or later; the days that it names are uses.
reports as (
    select 'report' as kind, tool_id, person_no as subject,
        {{ fingerprint(['source_id', 'grain', 'period_start', 'period_end', 'is_whole_list', 'is_active']) }} as content,
        {{ add_days('period_end', -7) }} as first_date, date '9999-12-31' as last_date
    from {{ ref('int_reported_periods') }}
    union
    select 'named use', tool_id, person_no, {{ fingerprint(['0']) }}, first_activity_date, first_activity_date
    from {{ ref('int_reported_periods') }}
    where first_activity_date is not null
    union
    select 'named use', tool_id, person_no, {{ fingerprint(['0']) }}, last_activity_date, last_activity_date
    from {{ ref('int_reported_periods') }}
    where last_activity_date is not null
    union all
    select 'unused', tool_id, person_no, {{ fingerprint(['0']) }}, first_date, last_date
    from {{ ref('int_unused_spans') }}
),

inputs as (
    select * from company
    union all
    select *, date '0001-01-01', date '9999-12-31' from terms
    union all
    select * from roster
    union all
    select * from of_tools
    union all
    select * from trainings
    union all
    select * from work
    union all
    select * from reports
)

select kind, tool_id, cast(subject as bigint) as subject, content, first_date, last_date from inputs
