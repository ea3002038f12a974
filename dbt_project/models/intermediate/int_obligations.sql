-- Every obligation with its outcome and the week it belongs to. Here, for all kinds alike: how far the log reaches,
-- outages, the rule's population and the dates on which this version of it was in force.
{{ config(pre_hook="{{ refreshed() }}") }}
with

found as (
    {%- for family in var('obligation_families') %}
    select * from {{ ref('int_obligations__' ~ family) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- What applies to a rule as a whole, in one row each, so that the big table is joined once.
terms as (
    select
        rules.rule_no, rules.tool_id, tool.watermark_at, tool.data_from_at,
        greatest(tool.judged_from_at, coalesce({{ start_of_date('rules.effective_from') }}, tool.judged_from_at)) as judged_from_at,
        least(tool.judged_to_at, coalesce({{ start_of_date(add_days('rules.effective_to', 1)) }}, tool.judged_to_at)) as judged_to_at,
        -- A period of its own is one window, however many weeks it spans.
        case when tool.has_own_period then cast(tool.judged_from_at as date) end as own_week,
        nullif({{ json_text('rules.spec', 'roles') }}, '[]') as roles
    from {{ ref('stg_rule_book') }} as rules
    inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = rules.tool_id
),

{% if names_roles() -%}
population as (
    select terms.rule_no, span.person_no, span.valid_from, span.valid_to
    from terms
    inner join {{ ref('stg_person_spans') }} as span on {{ json_list_contains('terms.roles', 'span.role') }}
    where terms.roles is not null
),
{%- endif %}

in_force as (
    select
        found.*, {{ unless_blind('found.finding', 'found.rule_no', 'found.obligation_at', 'found.due_at') }} as seen_finding,
        terms.tool_id, terms.watermark_at, terms.data_from_at, terms.own_week, terms.roles, {{ local_date('found.obligation_at') }} as obligation_date
    from found
    inner join terms on terms.rule_no = found.rule_no
    where found.obligation_at >= terms.judged_from_at and found.obligation_at < terms.judged_to_at
        and {{ is_refreshed('terms.tool_id', local_date('found.obligation_at')) }}
),

judged as (
    select
        in_force.rule_no, in_force.person_no, in_force.event_no, in_force.evidence_event_no,
        {{ outcome('in_force.seen_finding', 'in_force.due_at', 'in_force.looks_from_at', 'in_force.watermark_at', 'in_force.data_from_at',
                   has_outage('in_force.tool_id', 'in_force.obligation_at', 'in_force.due_at')) }} as outcome,
        in_force.band, in_force.weight, in_force.obligation_at, in_force.due_at,
        coalesce(in_force.own_week, {{ iso_week('in_force.obligation_date') }}) as week_start
    from in_force
    {%- if names_roles() %}
    left join population
        on population.rule_no = in_force.rule_no and population.person_no = in_force.person_no
        and in_force.obligation_date between population.valid_from and population.valid_to
    where in_force.roles is null or population.rule_no is not null
    {%- endif %}
)

select * from judged
