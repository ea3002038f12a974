"""The tables of a hand-made publication and the statements that fill them; see publication.py."""

from __future__ import annotations

NOT_JUDGED = ("paused", "away", "new", "no_opportunity", "unproven", "no_evidence")
NON_USER = ("never", "tried", "lapsed")
LINES = ("read", "loaded", "duplicate", "superseded", "quarantined", "blank")

TOOL = """
insert into dim_tool by name
select $tool_id as tool_id, $title as title, 'Dana Vogel' as owner_name, 'dana.vogel@corp.example' as owner_email,
    4 as window_weeks, 1 as min_uses, 5 as min_available_days, 14 as grace_days, 3 as late_days, $position as position,
    false as is_paused, true as has_rules, $can_prove as can_prove, $live_from as live_from,
    $last_week as last_week_start, $last_final as last_final_week_start, $data_from as data_from_at,
    $watermark as watermark_at, $known_share as known_share, 0.9 as least_known_share
"""

RULES = """
insert into dim_rule by name
select $tool_id || '-review' as rule_id, md5($tool_id)[:16] as semantic_hash, $tool_id as tool_id,
    'preceded_by' as kind, 'Output is reviewed before it is sent' as title, 'major' as severity, 1 as version,
    'Each send is preceded by a review within 1 hour.' as sentence, 'A person answers for it.' as why,
    'RV-101 Review' as train, 'quality' as owner, 3600.0 as within_s, 0.05 as tolerate, 5 as evidence_incorrect,
    10 as evidence_correct
"""

TARGETS = """
insert into dim_target by name
select $tool_id as tool_id, measure, value, date '2026-12-28' as due_date, 'Dana Vogel' as owner,
    true as is_in_force
from (values ('correct', $correct::double), ('active', $active::double)) as target (measure, value)
"""

PEOPLE = """
insert into dim_person by name
select md5('person' || i) as person_key, $units[1 + (i * i + i // 3) % len($units)] as org_unit,
    org_unit as department, 'Team ' || (i % 40) as team, ['DE', 'FR', 'PL', 'US'][1 + i % 4] as location,
    'Specialist' as role, true as is_current
from range($people) as numbers (i)
"""

# One logistic adoption curve per tool: a person starts when the curve passes their own fixed position.
STATUSES = """
insert into fct_person_tool_week by name
with positions as (
    select person_key, org_unit,
        (md5_number(person_key || $tool_id || 'eager') % 1000000)::double / 1000000 as eagerness,
        (md5_number(person_key || $tool_id || 'care') % 1000000)::double / 1000000 as care,
        (md5_number(person_key || $tool_id || 'luck') % 1000000)::double / 1000000 as luck
    from dim_person
),
weekly as (
    select positions.*, ($last_week::date - 7 * ($weeks - 1 - i)::integer)::date as week_start,
        i >= $weeks - $provisional as is_provisional,
        md5_number(person_key || (i // 4)::varchar) % 1000 < 25 as is_away,
        luck < 0.01 and i > $weeks - 3 as is_new,
        $reach / (1 + exp(-(i + 26 - $weeks - 9 - $number) / 4.5)) as reached,
        $care * (0.55 + 0.45 / (1 + exp(-(i + 26 - $weeks - 10) / 5.0))) as carefulness, i
    from positions cross join range($weeks) as weeks (i)
),
decided as (
    select *, eagerness < reached and not (care > 0.97 and i % 9 > 4) as is_active from weekly
),
branched as (
    select *, case
        when is_away then 'not_judged: away' when is_new then 'not_judged: new'
        when is_active and not $can_prove then 'not_judged: no_evidence'
        when is_active and luck between 0.2 and 0.27 then 'not_judged: unproven'
        when not is_active and care > 0.97 and eagerness < reached then 'non_user: lapsed'
        when not is_active and luck < 0.25 and reached > 0.1 then 'non_user: tried'
        when not is_active then 'non_user: never'
        when care < carefulness then 'correct_user: proven' when luck > 0.9 then 'incorrect_user: blocker'
        else 'incorrect_user: major' end as branch
    from decided
)
select person_key, $tool_id as tool_id, org_unit, split_part(branch, ': ', 1) as status,
    split_part(branch, ': ', 2) as reason,
    case when status = 'incorrect_user' then $tool_id || '-review' end as first_violation_rule_id,
    case when is_active then 1 + (luck * 40)::bigint else 0 end as uses,
    case when is_active then 1 + (luck * 19)::bigint else 0 end as active_days,
    case when is_away then 0 else 20 end as available_days,
    (status in ('incorrect_user', 'correct_user'))::bigint as rules_judged,
    (status = 'incorrect_user')::bigint as rules_violated, uses as obligations,
    case when status = 'incorrect_user' then uses // 2 + 1 else 0 end as broken, 0 as pending, is_active,
    is_provisional, week_start
from branched
"""

_COUNTED = ",\n    ".join(
    [
        *(
            f"count(*) filter (status = '{status}') as {status}"
            for status in ("non_user", "incorrect_user", "correct_user", "not_judged")
        ),
        *(f"count(*) filter (status = 'not_judged' and reason = '{name}') as not_judged_{name}" for name in NOT_JUDGED),
        *(f"count(*) filter (status = 'non_user' and reason = '{name}') as non_user_{name}" for name in NON_USER),
    ]
)
ADOPTION = (
    """
insert into fct_adoption_week by name
with counted as (
    select tool_id, '{level}' as org_level, {unit} as org_unit, week_start, count(*) as eligible,
        count(*) filter (status <> 'not_judged') as judged, count(*) filter (is_active) as active,
        bool_or(is_provisional) as is_provisional,
    """
    + _COUNTED
    + """
    from fct_person_tool_week group by all
),
held as (
    select tool_id, coalesce(org_unit, 'All') as org_unit, max(due_date) as target_correct_due,
        max(due_date) as target_active_due, max(value) filter (measure = 'correct') as target_correct_share,
        max(value) filter (measure = 'active') as target_active_share
    from dim_target group by 1, 2
)
select counted.*, active / eligible as active_share, correct_user / eligible as correct_share,
    incorrect_user / eligible as incorrect_share, non_user / eligible as non_user_share,
    not_judged / eligible as not_judged_share, correct_user / nullif(active, 0) as correct_among_active_share,
    target_correct_share, target_active_share, target_correct_due, target_active_due,
    correct_share - target_correct_share as gap_correct_share, active_share - target_active_share as gap_active_share
from counted left join held on held.tool_id = counted.tool_id and held.org_unit = counted.org_unit
"""
)

RULE_WEEKS = """
insert into fct_rule_week by name
select person_key, tool_id, tool_id || '-review' as rule_id, 'major' as severity,
    case status when 'incorrect_user' then 'violated' when 'correct_user' then 'satisfied' else 'unproven' end
        as verdict,
    org_unit, case when broken > 0 then '["e1", "e2"]' end as first_broken_event_ids, 1 as version,
    obligations as judged, broken, 0 as pending, 0 as unknown, 0 as excused,
    (obligations - broken) / nullif(obligations, 0) as value, is_provisional, week_start
from fct_person_tool_week where obligations > 0
"""

OBLIGATIONS = """
insert into fct_obligation by name
select rule_id, tool_id, person_key, 'e1' as obligation_event_id, 'broken' as outcome, 1 as version, 1 as weight,
    week_start::timestamp::timestamptz as obligation_at, week_start::timestamp::timestamptz as due_at, week_start
from fct_rule_week where broken > 0
"""

# Every third file comes with repeats, every fifth with broken lines; the last file of a broken source is refused.
LOADS = """
insert into fct_load by name
with files as (
    select i, 900 + (hash($source_id, i) % 400)::bigint + $people // 2 as lines_read,
        case when $is_broken and i = 0 then 'refused' when i = 17 then 'duplicate_file' else 'loaded' end as status
    from range(least($days, 40)) as days (i)
),
counted as (
    select *,
        case when status = 'duplicate_file' then lines_read when status = 'refused' then 0
            when i % 3 = 0 then 31 + $number else 0 end as lines_duplicate,
        case when status = 'loaded' and i % 7 = 0 then 12 else 0 end as lines_superseded,
        case when status = 'refused' then lines_read when status = 'loaded' and $is_broken and i < 6
            then lines_read // 4 when status = 'loaded' and i % 5 = 0 then 3 else 0 end as lines_quarantined,
        case when status = 'loaded' then 1 else 0 end as lines_blank
    from files
)
select md5($source_id || i) as load_id, $tool_id as tool_id, $source_id as source_id,
    case when $format = 'human-decision' then 'events' else 'aggregates' end as dataset, $format as format,
    'inbox/' || $tool_id || '/' || strftime($last_day::date - i::integer, '%Y-%m-%d') || '.jsonl.gz' as path,
    status, case when status = 'refused' then 'the file ends in the middle of a compressed block' end as message,
    lines_read,
    lines_read - lines_duplicate - lines_superseded - lines_quarantined - lines_blank as lines_loaded,
    lines_duplicate, lines_superseded, lines_quarantined, lines_blank,
    $as_of::timestamptz - to_hours(24 * i::integer + $number) as loaded_at
from counted
"""

PEOPLE_LOAD = """
insert into fct_load by name
select 'people-1' as load_id, 'people' as source_id, 'people' as dataset, 'people-csv' as format,
    'inbox/people/people_2026-05-01.csv' as path, 'loaded' as status, $people + 1 as lines_read,
    $people as lines_loaded, 0 as lines_duplicate, 0 as lines_superseded, 0 as lines_quarantined, 1 as lines_blank,
    $as_of::timestamptz - to_days(60) as loaded_at
"""

SOURCE_DAYS = f"""
insert into fct_source_day by name
with days as (
    select ($last_day::date - i::integer)::date as day, i from range($days) as numbers (i)
),
loaded as (
    select loaded_at::date as day, {", ".join(f"sum(lines_{kind})::bigint as lines_{kind}" for kind in LINES)}
    from fct_load where source_id = $source_id group by 1
)
select $tool_id as tool_id, $source_id as source_id, days.day,
    {", ".join(f"coalesce(lines_{kind}, 0) as lines_{kind}" for kind in LINES)},
    case when $is_broken and i < 4 then 0 when isodow(days.day) > 5 then $people // 25
        else $people * 2 + (hash($source_id, i) % ($people // 3 + 1))::bigint end as records,
    case when i % 6 = 0 then records // 30 else 0 end as late_records,
    least(records, $people // 2) as people, 9.0 as freshness_hours
from days left join loaded using (day)
"""

HEALTH = f"""
insert into fct_tool_health by name
select $tool_id as tool_id, $source_id as source_id, $format as format,
    case when $format = 'human-decision' then 'event' else 'day' end as grain,
    {", ".join(f"sum(lines_{kind})::bigint as lines_{kind}" for kind in LINES)},
    sum(lines_loaded)::bigint as records,
    case when $is_broken then 103.0 else 9.0 + 4 * $number end as freshness_hours,
    case when $format = 'human-decision' then 36.0 else 72.0 end as deadline_hours,
    case when $is_broken then 0.71 else 0.985 - 0.004 * $number end as resolved_share,
    freshness_hours > deadline_hours as is_late,
    $as_of::timestamptz - to_minutes((60 * (case when $is_broken then 103.0 else 9.0 + 4 * $number end))::integer)
        as newest_at
from fct_load where source_id = $source_id
"""

QUARANTINE = """
insert into fct_quarantine_reason by name
with total as (select sum(lines_quarantined)::bigint as lines from fct_load where source_id = $source_id),
parts (reason_code, reason_example, part) as (
    values ('not_json', 'the line is not valid JSON', 0.5), ('missing_field', 'no value for time', 0.3),
        ('bad_time', 'time is not an ISO timestamp', 0.2)
)
select $tool_id as tool_id, $source_id as source_id, reason_code, reason_example,
    case when reason_code = 'not_json'
        then total.lines - (0.3 * total.lines)::bigint - (0.2 * total.lines)::bigint
        else (part * total.lines)::bigint end as lines,
    $as_of::timestamptz - to_days(5) as last_loaded_at
from parts cross join total where total.lines > 0
"""

COVERAGE = """
insert into fct_identity_coverage by name
select $tool_id as tool_id, $source_id as source_id, namespace, aliases,
    case when $is_broken then (aliases * 0.71)::bigint else aliases - lost end as resolved_aliases,
    aliases * 40 as records, resolved_aliases * 40 as resolved_records
from (values ('email', 212, 3), ('github_login', 64, 4)) as seen (namespace, aliases, lost)
"""

# The last publication but one had fewer correct users in the newest weeks: some came late, some by a changed rule.
HISTORY = """
insert into fct_published_week by name
select publication_id, tool_id, org_level, org_unit, eligible, active, non_user, incorrect_user, correct_user,
    not_judged, is_provisional, published_at, week_start
from fct_adoption_week cross join dim_publication
"""
RESTATEMENT = """
insert into fct_restatement by name
with moved as (
    select *, greatest(incorrect_user // 10, 0) as ruled, greatest(non_user // 20, 0) as late
    from fct_adoption_week
    where week_start > (select max(week_start) - 21 from fct_adoption_week)
)
select publication_id, 'before-' || publication_id as previous_publication_id, tool_id, org_level, org_unit, status,
    after - rule - late_data as before, after, 0 as behaviour, rule, 0 as population, late_data, published_at,
    published_at - interval 1 day as previous_published_at, week_start
from (
    select tool_id, org_level, org_unit, week_start, 'correct_user' as status, correct_user as after, -ruled as rule,
        late as late_data
    from moved
    union all select tool_id, org_level, org_unit, week_start, 'incorrect_user', incorrect_user, ruled, 0 from moved
    union all select tool_id, org_level, org_unit, week_start, 'non_user', non_user, 0, -late from moved
    union all select tool_id, org_level, org_unit, week_start, 'not_judged', not_judged, 0, 0 from moved
) cross join dim_publication
"""
