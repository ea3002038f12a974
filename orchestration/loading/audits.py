"""What audits look at in a run, and the answers of every week, kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from orchestration.audits.evidence import Answer, Measured
from orchestration.audits.questions import WORDS
from orchestration.loading.marts import attached_marts
from orchestration.loading.session import Session
from orchestration.registry.production_models import QUESTIONS

# The latest four final weeks of each tool, and the last of them.
_WEEKS = """
    create or replace temp table audited_week as
    select tool_id, week_start, row_number() over (partition by tool_id order by week_start desc) as recency
    from marts.fct_adoption_week where org_level = 'total' and not is_provisional
"""
_FIGURES: Mapping[str, str] = {
    "records": "select tool_id, sum(records)::bigint from marts.fct_tool_health group by 1",
    "lines_read": "select tool_id, sum(lines_read)::bigint from marts.fct_tool_health group by 1",
    "lines_quarantined": "select tool_id, sum(lines_quarantined)::bigint from marts.fct_tool_health group by 1",
    "is_balanced": """
        select tool_id, bool_and(lines_read
            = lines_loaded + lines_duplicate + lines_superseded + lines_quarantined + lines_blank)
        from marts.fct_tool_health group by 1
    """,
    "is_late": "select tool_id, bool_or(is_late) from marts.fct_tool_health group by 1",
    "final_weeks": "select tool_id, count(*) from audited_week group by 1",
    "decisions": """
        select day.tool_id, sum(day.decisions)::bigint from marts.fct_tool_day as day
        inner join audited_week as week
            on week.tool_id = day.tool_id and day.day between week.week_start and week.week_start + 6
        where week.recency <= 4 and day.decisions is not null group by 1
    """,
    "confident_decisions": """
        select week.tool_id, week.cases from marts.fct_production_week as week
        inner join audited_week as latest using (tool_id, week_start)
        where latest.recency = 1 and week.criterion = 'calibration_gap' and week.cases is not null
    """,
    "calibration_gap": """
        select week.tool_id, week.observed from marts.fct_production_week as week
        inner join audited_week as latest using (tool_id, week_start)
        where latest.recency = 1 and week.criterion = 'calibration_gap' and week.observed is not null
    """,
    "has_promised_volume": """
        select tool_id, bool_or(promised is not null) from marts.fct_load_bearing
        where criterion in ('people_per_day', 'events_per_day') group by 1
    """,
    # Of two promised volumes the one that holds less counts.
    "volume_weeks_held": """
        select tool_id, min(weeks_held) from marts.fct_load_bearing
        where criterion in ('people_per_day', 'events_per_day') and promised is not null group by 1
    """,
    "volume_weeks_judged": """
        select tool_id, min(weeks_judged) from marts.fct_load_bearing
        where criterion in ('people_per_day', 'events_per_day') and promised is not null group by 1
    """,
    "can_prove": "select tool_id, can_prove from marts.dim_tool",
    "judged_share": """
        select figure.tool_id, figure.judged / figure.eligible::double from marts.fct_adoption_week as figure
        inner join audited_week as latest using (tool_id, week_start)
        where latest.recency = 1 and figure.org_level = 'total' and figure.eligible > 0
    """,
    "outages": "select tool_id, count(*) from raw.outage group by 1",
    "is_owner_here": """
        select tool_id, is_on_roster from marts.dim_tool_contact where role = 'owner' and is_on_roster is not null
    """,
    "has_calibrated_rule": "select tool_id, true from raw.rule_book where kind = 'calibrated' group by 1",
    "calibrated_people": """
        select verdict.tool_id, count(*) from marts.fct_rule_week as verdict
        inner join audited_week as latest using (tool_id, week_start)
        inner join raw.rule_book as rule on rule.rule_id = verdict.rule_id and rule.version = verdict.version
        where latest.recency = 1 and rule.kind = 'calibrated' and verdict.verdict in ('satisfied', 'violated')
        group by 1
    """,
    "calibrated_satisfied": """
        select verdict.tool_id, count(*) from marts.fct_rule_week as verdict
        inner join audited_week as latest using (tool_id, week_start)
        inner join raw.rule_book as rule on rule.rule_id = verdict.rule_id and rule.version = verdict.version
        where latest.recency = 1 and rule.kind = 'calibrated' and verdict.verdict = 'satisfied' group by 1
    """,
    "modules": "select tool_id, list(distinct module order by module) from audited_module group by 1",
    "active_people": "select tool_id, count(*) from audited_user group by 1",
    "trained_people": """
        select users.tool_id, count(distinct users.person_key) from audited_user as users
        inner join raw.person as person on person.person_key = users.person_key
        inner join intermediate.int_alias_people as alias on alias.person_no = person.person_no
        inner join raw.valid_completion as done on done.alias_no = alias.alias_no
        inner join audited_module as module on module.tool_id = users.tool_id and module.module = done.module
        group by 1
    """,
}
# What a rule trains stands before the first blank; a rule over completions names the module itself.
_MODULES = """
    create or replace temp table audited_module as
    select distinct tool_id, coalesce(json_extract_string(spec, '$.module'), split_part(train, ' ', 1)) as module
    from raw.rule_book where train is not null and train not like 'none:%'
"""
_USERS = """
    create or replace temp table audited_user as
    select judged.tool_id, judged.person_key from marts.fct_person_tool_week as judged
    inner join audited_week as latest using (tool_id, week_start)
    where latest.recency = 1 and judged.is_active
"""


def measured(session: Session) -> dict[str, Measured]:
    """What the figures of the run under way say of each tool."""
    found: dict[str, dict[str, Any]] = {}
    with attached_marts(session):
        for statement in (_WEEKS, _MODULES, _USERS):
            session.run(statement)
        for name, query in _FIGURES.items():
            for tool_id, value in session.rows(query):
                found.setdefault(tool_id, {})[name] = tuple(value) if isinstance(value, list) else value
    return {tool_id: Measured(**values) for tool_id, values in found.items()}


def due_before(session: Session) -> dict[str, dict[str, date]]:
    """By tool and question, the date by which a gap was to be closed that the tool's last audit found."""
    rows = session.rows(
        "select tool_id, question_id, due_date from raw.audit_answer "
        "qualify week_start = max(week_start) over (partition by tool_id)"
    )
    found: dict[str, dict[str, date]] = {}
    for tool_id, question, due in rows:
        if due is not None:
            found.setdefault(tool_id, {})[question] = due
    return found


def keep(session: Session, answers: Mapping[str, Sequence[Answer]], week: date, at: datetime) -> int:
    """Put the audits of this week in place of those that it has already; the number of answers."""
    kept = 0
    with session.transaction():
        session.run("delete from raw.audit_answer where week_start = ?", [week])
        for tool_id, mine in answers.items():
            for position, one in enumerate(mine):
                row = [tool_id, week, one.question_id, QUESTIONS[one.question_id], position, WORDS[one.question_id]]
                row += [one.answer, one.evidence, one.gap, one.owner, one.action, one.due, at]
                session.run(f"insert into raw.audit_answer values ({', '.join('?' * len(row))})", row)
                kept += 1
    return kept
