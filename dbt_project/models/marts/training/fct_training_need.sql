-- Who breaks which rule in the latest final week of its tool (else its latest), what for, and how to get back.
with

latest as (
    select tool_id, window_weeks, coalesce(last_final_week_start, last_week_start) as week_start
    from {{ ref('dim_tool') }}
),

rules as (
    select
        *, kind = 'share' as is_share, kind = 'calibrated' as is_calibrated,
        {{ module_of('train') }} as module
    from {{ ref('dim_rule') }}
),

violated as (
    select
        judged.person_key, judged.tool_id, judged.week_start, judged.rule_id, judged.version, judged.org_unit,
        judged.judged, judged.broken, judged.pending, judged.first_broken_event_ids, judged.is_provisional,
        latest.window_weeks,
        coalesce(judged.reached_to_week, {{ add_days('judged.week_start', '-7 * (latest.window_weeks - 1)') }}) as counts_from_week,
        status.status, status.reason
    from {{ ref('fct_rule_week') }} as judged
    inner join latest on latest.tool_id = judged.tool_id and latest.week_start = judged.week_start
    inner join {{ ref('fct_person_tool_week') }} as status
        on status.tool_id = judged.tool_id and status.week_start = judged.week_start and status.person_key = judged.person_key
    where judged.verdict = 'violated' and {{ can_need_training('status.status', 'status.reason') }}
),

last_breaches as (
    select
        violated.person_key, violated.tool_id, violated.rule_id, max(obligation.week_start) as last_broken_week
    from violated
    inner join {{ ref('fct_obligation') }} as obligation
        on obligation.tool_id = violated.tool_id and obligation.person_key = violated.person_key
        and obligation.rule_id = violated.rule_id and obligation.outcome = 'broken'
        and obligation.week_start >= violated.counts_from_week and obligation.week_start <= violated.week_start
    group by 1, 2, 3
),

completions as (
    select tool_id, rule_id, version, person_key, max(completed_at) as last_trained_at
    from {{ ref('int_module_completions') }}
    group by 1, 2, 3, 4
),

termed as (
    select
        violated.*, rules.severity, rules.kind, rules.tolerate, rules.share_min, rules.share_max,
        rules.evidence_incorrect, rules.evidence_correct, rules.is_share, rules.is_calibrated, rules.module,
        {{ module_code_of('rules.module') }} as module_code,
        greatest(violated.window_weeks, coalesce(rules.reach_weeks, 0)) as counts_weeks
    from violated
    inner join rules on rules.rule_id = violated.rule_id and rules.version = violated.version
),

sided as (select *, {{ way_back_side() }} as side from termed),

limited as (
    select
        *,
        case side when 'not_taken' then judged - broken else broken end as against,
        case side when 'not_taken' then share_max when 'taken' then 1.0 - share_min else tolerate end as permitted
    from sided
),

looked as (
    select
        *,
        cast(ceil({{ cases_within_bound('against', 'permitted') }}) as bigint) - judged as near_way_out,
        greatest(cast(ceil({{ cases_within_rate('against', 'permitted') }}) as bigint), evidence_correct) - judged as near_way_back
    from limited
),

returned as (
    select
        *,
        case when not is_calibrated then {{ first_number_after('near_way_out', "<> 'violated'") }} end as until_not_violated,
        case when not is_calibrated then {{ first_number_after('near_way_back', "= 'satisfied'") }} end as until_satisfied,
        count(*) over (partition by tool_id, rule_id) as rule_people
    from looked
),

judged_people as (
    select judged.tool_id, judged.rule_id, count(*) as people
    from {{ ref('fct_rule_week') }} as judged
    inner join latest on latest.tool_id = judged.tool_id and latest.week_start = judged.week_start
    where judged.judged > 0
    group by 1, 2
),

ranked as (
    select
        returned.*,
        dense_rank() over (
            order by returned.rule_people desc,
                cast(returned.rule_people as double) / judged_people.people desc, returned.tool_id, returned.rule_id
        ) as priority
    from returned
    inner join judged_people on judged_people.tool_id = returned.tool_id and judged_people.rule_id = returned.rule_id
)

select
    ranked.person_key,
    ranked.tool_id,
    ranked.org_unit,
    ranked.rule_id,
    ranked.module,
    ranked.module_code,
    ranked.severity,
    ranked.status,
    ranked.reason,
    ranked.first_broken_event_ids,
    {{ clean_case_in_words('ranked.side') }} as clean_case,
    cast(ranked.version as bigint) as version,
    ranked.judged,
    ranked.broken,
    cast(ranked.broken as double) / ranked.judged as broken_share,
    case when not ranked.is_share and not ranked.is_calibrated then ranked.tolerate end as permitted_share,
    ranked.share_min,
    ranked.share_max,
    cast(ranked.until_not_violated as bigint) as clean_cases_until_not_violated,
    cast(ranked.until_satisfied as bigint) as clean_cases_until_satisfied,
    cast(ranked.rule_people as bigint) as rule_people,
    cast(ranked.priority as bigint) as priority,
    ranked.is_provisional,
    {{ add_days('last_breaches.last_broken_week', '7 * ranked.counts_weeks') }} as clean_from_week,
    {{ as_utc('completions.last_trained_at') }} as last_trained_at,
    ranked.week_start
from ranked
left join last_breaches
    on last_breaches.tool_id = ranked.tool_id and last_breaches.person_key = ranked.person_key
    and last_breaches.rule_id = ranked.rule_id
left join completions
    on completions.person_key = ranked.person_key and completions.tool_id = ranked.tool_id
    and completions.rule_id = ranked.rule_id and completions.version = ranked.version
