-- Every obligation with its outcome and the week it belongs to. Here, for all kinds alike: how far the log reaches,
-- outages, the rule's population and the dates on which this version of it was in force.
with

found as (
    {%- for kind in var('rule_kinds') %}
    select * from {{ ref('int_obligations__' ~ kind) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rules as (select * from {{ ref('stg_rule_book') }}),

outages as (select tool_id, starts_at, ends_at from {{ ref('stg_outages') }}),

in_force as (
    select found.*, rules.rule_id, rules.version, rules.tool_id, rules.roles, {{ local_date('found.obligation_at') }} as obligation_date
    from found
    inner join (
        select *, nullif({{ json_text('spec', 'roles') }}, '[]') as roles from rules
    ) as rules on rules.rule_no = found.rule_no
    where {{ local_date('found.obligation_at') }} >= coalesce(rules.effective_from, date '0001-01-01')
        and {{ local_date('found.obligation_at') }} <= coalesce(rules.effective_to, date '9999-12-31')
),

in_population as (
    select * from in_force where roles is null
    union all
    select in_force.*
    from in_force
    inner join {{ ref('stg_person_spans') }} as span
        on span.person_no = in_force.person_no
        and in_force.obligation_date between span.valid_from and span.valid_to
    where in_force.roles is not null and {{ json_list_contains('in_force.roles', 'span.role') }}
),

reached as (
    select
        in_population.*,
        tool.watermark_at,
        tool.data_from_at,
        tool.has_own_period,
        tool.judged_from_at,
        tool.judged_to_at,
        exists (
            select 1 from outages
            where outages.tool_id = in_population.tool_id
                and outages.starts_at <= in_population.due_at and outages.ends_at > in_population.obligation_at
        ) as has_outage
    from in_population
    inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = in_population.tool_id
),

judged as (
    select
        rule_no, rule_id, version, tool_id, person_no, event_no, evidence_event_no,
        {{ outcome('finding', 'due_at', 'looks_from_at', 'watermark_at', 'data_from_at', 'has_outage') }} as outcome,
        band, weight, obligation_at, due_at, obligation_date,
        -- A period of its own is one window, however many weeks it spans.
        case when has_own_period then cast(judged_from_at as date) else {{ iso_week('obligation_date') }} end as week_start
    from reached
    where obligation_at >= judged_from_at and obligation_at < judged_to_at
)

select * from judged
