-- The verdict on each person and rule over each window in which the rule had an obligation.
with

windowed as (
    select
        windows.rule_key, counted.person_no, windows.week_start,
        max(counted.rule_no) as rule_no,
        cast(sum(counted.kept + counted.broken) as bigint) as judged,
        cast(sum(counted.broken) as bigint) as broken,
        cast(sum(counted.pending) as bigint) as pending,
        cast(sum(counted.unknown) as bigint) as unknown,
        cast(sum(counted.excused) as bigint) as excused,
        cast(sum(counted.judged_high) as bigint) as judged_high,
        cast(sum(counted.kept_high) as bigint) as kept_high
    from {{ ref('int_rule_weeks') }} as counted
    inner join {{ ref('int_rule_windows') }} as windows
        on windows.rule_no = counted.rule_no and windows.obligation_week = counted.week_start
    group by 1, 2, 3
),

terms as (
    select
        *,
        kind = 'share' as is_share,
        coalesce(cast({{ json_text('spec', 'min') }} as double), 0.0) as share_min,
        coalesce(cast({{ json_text('spec', 'max') }} as double), 1.0) as share_max,
        kind = 'calibrated' as is_calibrated,
        cast({{ json_text('spec', 'gap') }} as double) as gap
    from {{ ref('stg_rule_book') }}
),

judged as (
    select
        windowed.*, terms.tool_id, terms.severity,
        {{ verdict('windowed.judged', 'windowed.broken', 'windowed.pending', 'terms.severity', 'terms.tolerate',
                   'terms.evidence_incorrect', 'terms.evidence_correct', 'terms.is_share', 'terms.share_min', 'terms.share_max',
                   'terms.is_calibrated', 'windowed.judged_high', 'windowed.kept_high', 'terms.gap') }} as verdict
    from windowed
    inner join terms on terms.rule_no = windowed.rule_no
)

select * from judged
