"""Forecasts, promises, alerts and audits of a hand-made publication; see publication.py."""

from __future__ import annotations

# Two forecasts of the company's share of correct users: the one that holds, and one made four weeks before it.
FORECASTS = """
insert into fct_forecast by name
with last_known as (
    select tool_id, org_level, org_unit, arg_max(correct_share, week_start) as share, max(week_start) as from_week,
        max(eligible) as eligible, count(*) as known
    from fct_adoption_week where not is_provisional group by 1, 2, 3
),
held as (
    select tool_id, coalesce(org_unit, 'All') as org_unit, value as target_share, due_date as target_due
    from dim_target where measure = 'correct'
),
due as (
    select *, (target_due - from_week)::integer // 7 as weeks_left
    from last_known inner join held using (tool_id, org_unit) cross join (values (0), (28)) as makings (earlier)
)
select 'p' as publication_id, tool_id, org_level, org_unit, 'correct' as measure, 'damped trend' as method,
    known as weeks_known, eligible, share as last_share, (from_week + (7 * i)::integer)::date as week_start,
    least(share + 0.004 * i, 0.99) as p50, p50 - 0.006 * i as p10, least(p50 + 0.006 * i, 1.0) as p90, target_share,
    case when p50 >= target_share then 0.83 else 0.27 end - earlier / 280 as chance, 3.5 as needed_people_per_week,
    2.25 as expected_people_per_week, earlier = 0 as is_current, i = weeks_left as is_due_week,
    false as is_target_of_company, now() - to_days(earlier) as made_at,
    (from_week - earlier::integer)::date as from_week_start,
    target_due
from due cross join range(1, 40) as ahead (i) where i <= weeks_left
"""

PRODUCTION = """
insert into dim_production by name
select tool_id, 'Work by hand, as before.' as fallback, 'https://runbooks.corp.example/' || tool_id as runbook,
    'Grace Meyer' as retraining_approver, 0.3 as retraining_override_share, true as retraining_on_drift
from dim_tool
"""
CONTACTS = """
insert into dim_tool_contact by name
select tool_id, role, name, mail as email, place as position, role <> 'deputy' as can_pause,
    role = 'approver' as can_retrain, true as can_escalate, role <> 'deputy' as is_on_roster
from dim_tool cross join (values ('owner', 'Dana Vogel', 'dana.vogel@corp.example', 1),
    ('deputy', 'Emil Costa', 'emil.costa@corp.example', 2), ('approver', 'Grace Meyer', 'grace@corp.example', 3))
    as people (role, name, mail, place)
"""
PROMISES = """
insert into fct_load_bearing by name
select tool_id, criterion, question, unit, promised, observed, result, place as position, held as weeks_held,
    4 as weeks_judged, date '2026-09-28' as first_week, date '2026-10-19' as last_week
from dim_tool cross join (values
    ('people_per_day', 'Do enough people use it a day?', 'people', 40.0, 47.5, 'holds', 1, 4),
    ('freshness', 'Are its logs fresh enough?', 'hours', 48.0, 71.0, 'broken', 2, 1),
    ('error_budget', 'Are errors within the budget?', 'share', 0.1, null, 'unknown', 3, 0),
    ('latency', 'Are answers fast enough?', 'share', null, null, 'not promised', 4, 0))
    as asked (criterion, question, unit, promised, observed, result, place, held)
"""
LINKS = """
insert into dim_tool_link by name
select tool_id, 'upstream' as direction, 'Document store' as name, 'nightly export' as interface,
    'Nothing new can be read' as on_failure, 'Wait a day' as fallback, 1 as position from dim_tool
"""
ALERTS = """
insert into fct_alert by name
select tool_id || status as incident_id, 'zero_day' as kind, 'A working day without use' as title, severity, status,
    tool_id, 'Nobody used it on 4 Nov; 38 people do on such a day.' as summary, 'data' as first_guess,
    '["No line of its source arrived that day."]' as guess_evidence, 'Dana Vogel' as owner_name,
    'docs/runbooks/zero_day.md' as runbook, date '2026-11-04' as first_date, date '2026-11-04' as last_date,
    timestamptz '2026-11-05 06:00+00' as opened_at,
    case when status = 'resolved' then timestamptz '2026-11-06 06:00+00' end as resolved_at
from dim_tool cross join (values ('major', 'open'), ('minor', 'resolved')) as found (severity, status)
where position = 0
"""
SENSITIVITY = """
insert into fct_alert_sensitivity by name
select tool_id, 1 as zero_days, 38.0 as people_per_day, 0.55 as drop_5_days, 0.4 as drop_10_days, 0.35 as drop_20_days,
    case when position = 1 then 0.8 end as drop_1_day
from dim_tool
"""
AUDITS = """
insert into fct_audit_answer by name
select tool_id, 'q' || i as question_id, ['data', 'integration', 'governance', 'adoption'][1 + i // 4] as area,
    'Is point ' || i || ' looked after?' as question, ['yes', 'yes', 'vague', 'no'][1 + i % 4] as answer,
    'Seen in the logs of the last four weeks.' as evidence, case when i % 4 > 1 then 'Nobody is named.' end as gap,
    'Dana Vogel' as owner, 'Name somebody.' as action, i as position, true as is_latest,
    date '2026-12-01' as due_date, date '2026-11-02' as week_start
from dim_tool cross join range(16) as questions (i)
"""


DRIFT = """
insert into fct_source_drift by name
select tool_id, tool_id || '/human-decision' as source_id, 'decide' as event_name, 'attributes.reviewed' as column_name,
    'renamed' as change, 'reviewed is called checked now' as words, tool_id || '-review' as rule_ids,
    1 as rules_touched, false as is_read_by_use, true as is_untrustworthy, true as is_blinding, true as is_open,
    date '2026-10-27' as first_date, timestamptz '2026-10-28 06:00+00' as seen_at
from dim_tool where position = 1
"""


MARKED = """
update dim_tool
set is_untrustworthy = true, untrustworthy_reason = 'reviewed is called checked now',
    untrustworthy_since = date '2026-10-27', last_trustworthy_week_start = date '2026-10-19'
where position = 1
"""


def statements() -> list[str]:
    """All of them."""
    return [FORECASTS, PRODUCTION, CONTACTS, PROMISES, LINKS, ALERTS, SENSITIVITY, AUDITS, DRIFT, MARKED]
