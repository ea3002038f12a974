"""A hand-made publication for the tests of the dashboard: every published mart, with its real column names and types.

The figures are plausible, reproducible (hashes, no random numbers) and belong together: the weekly facts are counted
from the person rows, the company total from the same rows as its units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

LAST_WEEK = date(2026, 11, 2)
AS_OF = datetime(2026, 11, 10, 4, 12, tzinfo=UTC)
UNITS = ("Customer Support", "Engineering", "Finance", "HR", "Legal", "Logistics", "Operations", "Sales")
LONG = " of the European shared service centre for international accounting, tax and treasury operations"
NOT_JUDGED = ("paused", "away", "new", "no_opportunity", "unproven", "no_evidence")
NON_USER = ("never", "tried", "lapsed")
LINES = ("read", "loaded", "duplicate", "superseded", "quarantined", "blank")


@dataclass(frozen=True, slots=True)
class Company:
    """What the publication shall look like. `provisional` counts the last weeks that are not final yet."""

    people: int = 400
    tools: int = 5
    weeks: int = 26
    provisional: int = 2
    is_empty: bool = False
    has_broken_source: bool = False
    has_long_names: bool = False
    has_targets: bool = True
    without_rows: tuple[str, ...] = ()
    publication_id: str = "2026-11-10T041200Z"


@dataclass(frozen=True, slots=True)
class FakeTool:
    """One tool of the made-up company: where its adoption ends up, and the target it is held against."""

    tool_id: str
    title: str
    format: str
    reach: float
    care: float
    target: float | None
    can_prove: bool = True


TOOLS = (
    FakeTool("copilot-chat", "Copilot Chat", "human-decision", 0.86, 0.80, 0.45),
    FakeTool("code-assistant", "Code Assistant", "github-copilot-users", 0.62, 0.66, 0.36),
    FakeTool("contract-review", "Contract Review", "human-decision", 0.30, 0.66, 0.18),
    FakeTool("support-agent", "Support Agent", "human-decision", 0.45, 0.50, 0.25),
    FakeTool("meeting-notes", "Meeting Notes", "claude-code-analytics", 0.72, 0.52, 0.40),
    FakeTool("lead-scoring", "Lead scoring", "human-decision", 0.55, 0.60, None),
    FakeTool("claims-triage", "Claims triage", "human-decision", 0.50, 0.70, 0.30),
    FakeTool("note-drafting", "Clinical note drafting", "human-decision", 0.40, 0.60, 0.35),
    FakeTool("invoice-extraction", "Invoice extraction", "human-decision", 0.65, 0.75, 0.55),
    FakeTool("translation", "Translation", "github-copilot-users", 0.70, 0.40, 0.20, can_prove=False),
    FakeTool("knowledge-search", "Knowledge search", "human-decision", 0.80, 0.60, 0.50),
    FakeTool("email-drafting", "E-mail drafting", "human-decision", 0.35, 0.45, 0.30),
)


def publish(workspace: Path, company: Company | None = None) -> Path:
    """Builds the publication, swaps `published/latest.duckdb` to it and returns the published file's real path."""
    made = company or Company()
    folder = workspace / "published"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"takeup-{made.publication_id}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        _fill(connection, made)
    fresh = folder / "latest.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(path.name)
    fresh.replace(folder / "latest.duckdb")
    return path


def _fill(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    _dimensions(connection, company)
    connection.execute(_PEOPLE, {"people": company.people, "units": _units(company)})
    _statuses(connection, company)
    for level, unit in (("total", "'All'"), ("org_unit", "org_unit")):
        connection.execute(_ADOPTION.format(level=level, unit=unit))
    connection.execute(_RULE_WEEKS)
    connection.execute(_OBLIGATIONS)
    _sources(connection, company)
    for table in company.without_rows:
        connection.execute(f"delete from {table}")


def _units(company: Company) -> list[str]:
    return [name + LONG for name in UNITS] if company.has_long_names else list(UNITS)


def _dimensions(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    connection.execute(_SCHEMA)
    watermark = AS_OF - timedelta(hours=9)
    reached = ", ".join(f'"{tool.tool_id}": "{watermark:%Y-%m-%dT%H:%M:%SZ}"' for tool in TOOLS[: company.tools])
    connection.execute(
        "insert into dim_publication by name select ? as publication_id, ? as run_id, 'a1b2c3d' as code_version,"
        " '9f86d081884c7d65' as rule_book_hash, ? as data_through, 'Europe/Berlin' as timezone,"
        " 'department' as org_unit_attribute, 10 as small_group, 1 as contract_version, ? as published_at, ? as as_of",
        [company.publication_id, company.publication_id, "{" + reached + "}", AS_OF, AS_OF],
    )
    for position, tool in enumerate(TOOLS[: company.tools]):
        _tool(connection, company, tool, position)


def _tool(connection: duckdb.DuckDBPyConnection, company: Company, tool: FakeTool, position: int) -> None:
    first = LAST_WEEK - timedelta(weeks=company.weeks - 1)
    last_final = LAST_WEEK - timedelta(weeks=company.provisional)
    watermark = AS_OF - timedelta(hours=9)
    connection.execute(
        _TOOL,
        {
            "tool_id": tool.tool_id,
            "title": tool.title + LONG if company.has_long_names else tool.title,
            "position": position,
            "can_prove": tool.can_prove,
            "live_from": first,
            "last_week": None if company.is_empty else LAST_WEEK,
            "last_final": last_final if last_final >= first and not company.is_empty else None,
            "data_from": datetime.combine(first, datetime.min.time(), UTC),
            "watermark": None if company.is_empty else watermark,
        },
    )
    connection.execute(_RULES, {"tool_id": tool.tool_id})
    if tool.target is not None and company.has_targets:
        connection.execute(_TARGETS, {"tool_id": tool.tool_id, "correct": tool.target, "active": tool.target + 0.15})


def _statuses(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    for number, tool in enumerate(TOOLS[: 0 if company.is_empty else company.tools]):
        connection.execute(
            _STATUSES,
            {
                "tool_id": tool.tool_id,
                "number": number,
                "reach": tool.reach,
                "care": tool.care,
                "can_prove": tool.can_prove,
                "weeks": company.weeks,
                "last_week": LAST_WEEK,
                "provisional": company.provisional,
            },
        )


def _sources(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    tools = TOOLS[: 0 if company.is_empty else company.tools]
    for number, tool in enumerate(tools):
        is_broken = company.has_broken_source and number == 1
        source = {"tool_id": tool.tool_id, "source_id": f"{tool.tool_id}/{tool.format}", "format": tool.format}
        days = {"days": company.weeks * 7, "last_day": AS_OF.date(), "people": company.people, "is_broken": is_broken}
        connection.execute(_LOADS, source | days | {"number": number, "as_of": AS_OF})
        connection.execute(_SOURCE_DAYS, {key: source[key] for key in ("tool_id", "source_id")} | days)
        connection.execute(_HEALTH, source | {"is_broken": is_broken, "as_of": AS_OF, "number": number})
        connection.execute(_QUARANTINE, {key: source[key] for key in ("tool_id", "source_id")} | {"as_of": AS_OF})
        connection.execute(_COVERAGE, {key: source[key] for key in ("tool_id", "source_id")} | {"is_broken": is_broken})
    if tools:
        connection.execute(_PEOPLE_LOAD, {"people": company.people, "as_of": AS_OF})


_LINE_COLUMNS = ", ".join(f"lines_{kind} bigint" for kind in LINES)
_COUNT_COLUMNS = ", ".join(
    f"{name} bigint"
    for name in (
        *("eligible", "judged", "non_user", "incorrect_user", "correct_user", "not_judged"),
        *(f"not_judged_{reason}" for reason in NOT_JUDGED),
        *(f"non_user_{reason}" for reason in NON_USER),
        "active",
    )
)

_SCHEMA = f"""
create table dim_publication (publication_id varchar, run_id varchar, code_version varchar, rule_book_hash varchar,
    data_through varchar, timezone varchar, org_unit_attribute varchar, small_group bigint, contract_version bigint,
    published_at timestamptz, as_of timestamptz);
create table dim_tool (tool_id varchar, title varchar, owner_name varchar, owner_email varchar,
    escalation_email varchar, rollup_unproven varchar, production varchar, window_weeks bigint, min_uses bigint,
    min_available_days bigint, grace_days bigint, late_days bigint, position bigint, is_paused boolean,
    has_rules boolean, can_prove boolean, live_from date, last_week_start date, last_final_week_start date,
    data_from_at timestamptz, watermark_at timestamptz);
create table dim_rule (rule_id varchar, semantic_hash varchar, tool_id varchar, kind varchar, title varchar,
    sentence varchar, severity varchar, why varchar, train varchar, owner varchar, version bigint, within_s double,
    tolerate double, evidence_incorrect bigint, evidence_correct bigint, effective_from date, effective_to date);
create table dim_person (person_key varchar, department varchar, team varchar, location varchar, role varchar,
    org_unit varchar, manager_key varchar, is_current boolean);
create table dim_target (tool_id varchar, org_unit varchar, measure varchar, owner varchar, value double,
    due_date date, baseline_week date);
create table fct_person_tool_week (person_key varchar, tool_id varchar, org_unit varchar, status varchar,
    reason varchar, first_violation_rule_id varchar, uses bigint, active_days bigint, available_days bigint,
    rules_judged bigint, rules_violated bigint, obligations bigint, broken bigint, pending bigint, is_active boolean,
    is_provisional boolean, week_start date);
create table fct_rule_week (person_key varchar, tool_id varchar, rule_id varchar, severity varchar, verdict varchar,
    org_unit varchar, first_broken_event_ids varchar, version bigint, judged bigint, broken bigint, pending bigint,
    unknown bigint, excused bigint, value double, is_provisional boolean, week_start date);
create table fct_obligation (rule_id varchar, tool_id varchar, person_key varchar, obligation_event_id varchar,
    evidence_event_id varchar, outcome varchar, version bigint, weight bigint, obligation_at timestamptz,
    due_at timestamptz, week_start date);
create table fct_adoption_week (tool_id varchar, org_level varchar, org_unit varchar, {_COUNT_COLUMNS},
    active_share double, correct_share double, incorrect_share double, non_user_share double, not_judged_share double,
    correct_among_active_share double, target_correct_share double, target_active_share double,
    gap_correct_share double, gap_active_share double, is_provisional boolean, target_correct_due date,
    target_active_due date, week_start date);
create table fct_source_day (tool_id varchar, source_id varchar, {_LINE_COLUMNS}, records bigint, late_records bigint,
    people bigint, freshness_hours double, day date);
create table fct_load (load_id varchar, tool_id varchar, source_id varchar, dataset varchar, format varchar,
    path varchar, status varchar, message varchar, {_LINE_COLUMNS}, loaded_at timestamptz);
create table fct_quarantine_reason (tool_id varchar, source_id varchar, reason_code varchar, reason_example varchar,
    lines bigint, last_loaded_at timestamptz);
create table fct_identity_coverage (tool_id varchar, source_id varchar, namespace varchar, aliases bigint,
    resolved_aliases bigint, records bigint, resolved_records bigint);
create table fct_tool_health (tool_id varchar, source_id varchar, format varchar, grain varchar, {_LINE_COLUMNS},
    records bigint, freshness_hours double, deadline_hours double, resolved_share double, is_late boolean,
    newest_at timestamptz);
"""

_TOOL = """
insert into dim_tool by name
select $tool_id as tool_id, $title as title, 'Dana Vogel' as owner_name, 'dana.vogel@corp.example' as owner_email,
    4 as window_weeks, 1 as min_uses, 5 as min_available_days, 14 as grace_days, 3 as late_days, $position as position,
    false as is_paused, true as has_rules, $can_prove as can_prove, $live_from as live_from,
    $last_week as last_week_start, $last_final as last_final_week_start, $data_from as data_from_at,
    $watermark as watermark_at
"""

_RULES = """
insert into dim_rule by name
select $tool_id || '-review' as rule_id, md5($tool_id)[:16] as semantic_hash, $tool_id as tool_id,
    'preceded_by' as kind, 'Output is reviewed before it is sent' as title, 'major' as severity, 1 as version,
    'Each send is preceded by a review within 1 hour.' as sentence, 'A person answers for it.' as why,
    'RV-101 Review' as train, 'quality' as owner, 3600.0 as within_s, 0.05 as tolerate, 5 as evidence_incorrect,
    10 as evidence_correct
"""

_TARGETS = """
insert into dim_target by name
select $tool_id as tool_id, measure, value, date '2026-12-28' as due_date, 'Dana Vogel' as owner
from (values ('correct', $correct::double), ('active', $active::double)) as target (measure, value)
"""

_PEOPLE = """
insert into dim_person by name
select md5('person' || i) as person_key, $units[1 + (i * i + i // 3) % len($units)] as org_unit,
    org_unit as department, 'Team ' || (i % 40) as team, ['DE', 'FR', 'PL', 'US'][1 + i % 4] as location,
    'Specialist' as role, true as is_current
from range($people) as numbers (i)
"""

# One logistic adoption curve per tool: a person starts when the curve passes their own fixed position.
_STATUSES = """
insert into fct_person_tool_week by name
with positions as (
    select person_key, org_unit,
        hash(person_key, $tool_id, 1) / 18446744073709551615.0 as eagerness,
        hash(person_key, $tool_id, 2) / 18446744073709551615.0 as care,
        hash(person_key, $tool_id, 3) / 18446744073709551615.0 as luck
    from dim_person
),
weekly as (
    select positions.*, ($last_week::date - 7 * ($weeks - 1 - i)::integer)::date as week_start,
        i >= $weeks - $provisional as is_provisional,
        hash(person_key, i // 4) / 18446744073709551615.0 < 0.025 as is_away,
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
_ADOPTION = (
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

_RULE_WEEKS = """
insert into fct_rule_week by name
select person_key, tool_id, tool_id || '-review' as rule_id, 'major' as severity,
    case status when 'incorrect_user' then 'violated' when 'correct_user' then 'satisfied' else 'unproven' end
        as verdict,
    org_unit, case when broken > 0 then '["e1", "e2"]' end as first_broken_event_ids, 1 as version,
    obligations as judged, broken, 0 as pending, 0 as unknown, 0 as excused,
    (obligations - broken) / nullif(obligations, 0) as value, is_provisional, week_start
from fct_person_tool_week where obligations > 0
"""

_OBLIGATIONS = """
insert into fct_obligation by name
select rule_id, tool_id, person_key, 'e1' as obligation_event_id, 'broken' as outcome, 1 as version, 1 as weight,
    week_start::timestamp::timestamptz as obligation_at, week_start::timestamp::timestamptz as due_at, week_start
from fct_rule_week where broken > 0
"""

# Every third file comes with repeats, every fifth with broken lines; the last file of a broken source is refused.
_LOADS = """
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

_PEOPLE_LOAD = """
insert into fct_load by name
select 'people-1' as load_id, 'people' as source_id, 'people' as dataset, 'people-csv' as format,
    'inbox/people/people_2026-05-01.csv' as path, 'loaded' as status, $people + 1 as lines_read,
    $people as lines_loaded, 0 as lines_duplicate, 0 as lines_superseded, 0 as lines_quarantined, 1 as lines_blank,
    $as_of::timestamptz - to_days(60) as loaded_at
"""

_SOURCE_DAYS = f"""
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

_HEALTH = f"""
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

_QUARANTINE = """
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

_COVERAGE = """
insert into fct_identity_coverage by name
select $tool_id as tool_id, $source_id as source_id, namespace, aliases,
    case when $is_broken then (aliases * 0.71)::bigint else aliases - lost end as resolved_aliases,
    aliases * 40 as records, resolved_aliases * 40 as resolved_records
from (values ('email', 212, 3), ('github_login', 64, 4)) as seen (namespace, aliases, lost)
"""
