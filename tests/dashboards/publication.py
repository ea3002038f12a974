"""A hand-made publication for the tests of the dashboard: every published mart, with its real column names and types.

The figures are plausible, reproducible (hashes, no random numbers) and belong together: the weekly facts are counted
from the person rows, the company total from the same rows as its units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from tests.dashboards import derived_sql, promised_sql
from tests.dashboards import publication_sql as sql
from tests.dashboards.contracts import schema

LAST_WEEK = date(2026, 11, 2)
AS_OF = datetime(2026, 11, 10, 4, 12, tzinfo=UTC)
UNITS = ("Customer Support", "Engineering", "Finance", "HR", "Legal", "Logistics", "Operations", "Sales")
LONG = " of the European shared service centre for international accounting, tax and treasury operations"


HOSTILE = (
    "![x](https://evil.example/p.png) <img src=https://evil.example/i> [l](https://evil.example) www.evil.example $x$"
)
HOSTILE_COLUMNS = (
    ("dim_tool", "title"), ("dim_tool", "owner_name"), ("dim_rule", "title"), ("dim_rule", "sentence"),
    ("dim_rule", "why"), ("fct_alert", "summary"), ("fct_alert", "title"), ("fct_audit_answer", "evidence"),
    ("fct_quarantine_reason", "reason_example"), ("fct_load", "message"), ("fct_source_drift", "words"),
)  # fmt: skip


LONG_COLUMNS = (
    ("dim_rule", "title"), ("dim_rule", "train"), ("dim_rule", "owner"), ("dim_person", "team"), ("dim_person", "role"),
    ("fct_training_need", "module"), ("fct_training_need_unit", "module"), ("dim_tool", "owner_name"),
    ("dim_tool_contact", "name"),
)  # fmt: skip


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
    has_hostile_texts: bool = False
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
    FakeTool("code-assistant", "Code Assistant", "github-copilot-users", 0.62, 0.66, 0.34),
    FakeTool("contract-review", "Contract Review", "human-decision", 0.30, 0.66, 0.20),
    FakeTool("support-agent", "Support Agent", "human-decision", 0.45, 0.50, 0.20),
    FakeTool("meeting-notes", "Meeting Notes", "claude-code-analytics", 0.72, 0.52, 0.35),
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
    connection.execute(sql.PEOPLE, {"people": company.people, "units": _units(company)})
    _statuses(connection, company)
    for level, unit in (("total", "'All'"), ("org_unit", "org_unit")):
        connection.execute(sql.ADOPTION.format(level=level, unit=unit))
    for statement in (sql.HISTORY, sql.RESTATEMENT):
        connection.execute(statement)
    connection.execute(sql.RULE_WEEKS)
    connection.execute(sql.OBLIGATIONS)
    for statement in (*derived_sql.statements(), *promised_sql.statements()):
        connection.execute(statement)
    _sources(connection, company)
    if company.has_long_names:
        for table, column in LONG_COLUMNS:
            connection.execute(f"update {table} set {column} = {column} || ?", [LONG])
    if company.has_hostile_texts:
        for table, column in HOSTILE_COLUMNS:
            connection.execute(f"update {table} set {column} = ?", [HOSTILE])
    for table in company.without_rows:
        connection.execute(f"delete from {table}")


def _units(company: Company) -> list[str]:
    return [name + LONG for name in UNITS] if company.has_long_names else list(UNITS)


def _dimensions(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    connection.execute(schema())
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
        sql.TOOL,
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
            "known_share": _known_share(company, position),
        },
    )
    connection.execute(sql.RULES, {"tool_id": tool.tool_id})
    if tool.target is not None and company.has_targets:
        connection.execute(sql.TARGETS, {"tool_id": tool.tool_id, "correct": tool.target, "active": tool.target + 0.15})


def _known_share(company: Company, position: int) -> float | None:
    """Of the source that is broken, nearly a third of the records are nobody's."""
    if company.is_empty:
        return None
    return 0.71 if company.has_broken_source and position == 1 else 0.985 - 0.004 * position


def _statuses(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    for number, tool in enumerate(TOOLS[: 0 if company.is_empty else company.tools]):
        connection.execute(
            sql.STATUSES,
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
        connection.execute(sql.LOADS, source | days | {"number": number, "as_of": AS_OF})
        connection.execute(sql.SOURCE_DAYS, {key: source[key] for key in ("tool_id", "source_id")} | days)
        connection.execute(sql.HEALTH, source | {"is_broken": is_broken, "as_of": AS_OF, "number": number})
        connection.execute(sql.QUARANTINE, {key: source[key] for key in ("tool_id", "source_id")} | {"as_of": AS_OF})
        connection.execute(
            sql.COVERAGE, {key: source[key] for key in ("tool_id", "source_id")} | {"is_broken": is_broken}
        )
    if tools:
        connection.execute(sql.PEOPLE_LOAD, {"people": company.people, "as_of": AS_OF})
