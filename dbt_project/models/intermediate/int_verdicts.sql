-- The verdict on each person and rule over each window in which the rule had an obligation. What nearly every
-- obligation adds to is summed for all; the counts of the few (pending, unknown, excused, confidence bands) and the
-- newest of several versions beside them, which spares the big aggregate most of its columns.
with

-- Weeks before the window, the newest first, until the rule has as many judged obligations as it asks for.
reached as (
    select rule_key, rule_no, person_no, week_start, obligation_week
    from (
        select
            windows.rule_key, weeks.rule_no, weeks.person_no, windows.week_start, weeks.obligation_week,
            windows.is_before_window, windows.reach_obligations,
            coalesce(sum(weeks.judged) over (
                partition by windows.rule_key, weeks.person_no, windows.week_start
                order by {{ days_between('weeks.obligation_week', 'windows.week_start') }} range between unbounded preceding and 1 preceding
            ), 0) as judged_since
        from {{ ref('int_rule_weeks') }} as weeks
        inner join {{ ref('int_rule_windows') }} as windows
            on windows.rule_no = weeks.rule_no and windows.obligation_week = weeks.obligation_week
        where windows.reach_obligations is not null
    ) as looked_back
    where is_before_window and judged_since < reach_obligations
),

reaches as (
    select rule_key, person_no, week_start, min(obligation_week) as reached_to_week from reached group by 1, 2, 3
),

several_versions as (
    select rule_key from {{ ref('int_rule_windows') }} group by 1 having min(rule_no) < max(rule_no)
),

common as (
    select rule_key, person_no, week_start, cast(sum(judged) as bigint) as judged, cast(sum(broken) as bigint) as broken
    from ({{ weeks_in_windows() }}) as weeks
    group by 1, 2, 3
),

rare as (
    select
        rule_key, person_no, week_start,
        max(rule_no) as rule_no,
        cast(sum(pending) as bigint) as pending,
        cast(sum(unknown) as bigint) as unknown,
        cast(sum(excused) as bigint) as excused,
        cast(sum(judged_high) as bigint) as judged_high,
        cast(sum(kept_high) as bigint) as kept_high
    from (
        {{ weeks_in_windows("weeks.pending + weeks.unknown + weeks.excused + weeks.judged_high > 0"
                            ~ " or windows.rule_key in (select rule_key from several_versions)") }}
    ) as weeks
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

windowed as (
    select
        common.rule_key, common.person_no, common.week_start,
        coalesce(rare.rule_no, common.rule_key) as rule_no,
        common.judged, common.broken,
        coalesce(rare.pending, 0) as pending,
        coalesce(rare.unknown, 0) as unknown,
        coalesce(rare.excused, 0) as excused,
        coalesce(rare.judged_high, 0) as judged_high,
        coalesce(rare.kept_high, 0) as kept_high,
        reaches.reached_to_week
    from common
    left join rare
        on rare.rule_key = common.rule_key and rare.person_no = common.person_no and rare.week_start = common.week_start
    left join reaches
        on reaches.rule_key = common.rule_key and reaches.person_no = common.person_no and reaches.week_start = common.week_start
),

judged as (
    select
        windowed.rule_key, windowed.rule_no, windowed.person_no, windowed.week_start, windowed.reached_to_week,
        windowed.judged, windowed.broken, windowed.pending, windowed.unknown, windowed.excused,
        {{ verdict('windowed.judged', 'windowed.broken', 'windowed.pending', 'terms.severity', 'terms.tolerate',
                   'terms.evidence_incorrect', 'terms.evidence_correct', 'terms.is_share', 'terms.share_min', 'terms.share_max',
                   'terms.is_calibrated', 'windowed.judged_high', 'windowed.kept_high', 'terms.gap') }} as verdict
    from windowed
    inner join terms on terms.rule_no = windowed.rule_no
)

select * from judged
