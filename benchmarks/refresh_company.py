"""The company of benchmarks/refresh.py: a real workspace, its history written by SQL, its new days as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration import steps
from orchestration.registry.scaffold import init_workspace
from orchestration.vault import Vault
from orchestration.workspace import Workspace

DAY = 550_000
LAST = date(2026, 11, 15)  # a Sunday: history ends with it
TOOL = "- {{id: tool-{n}, title: T, owner: {{name: O, email: o@example.com}}, live_from: {since}, uses: [decide],"
TOOL += " sources: [{{format: human-decision, path: inbox/tool-{n}, late_days: 7}}]}}\n"
TERMS = "title: T, severity: major, owner: o, why: w, train: M1, examples: [], tolerate: 5%"
RULES = """tool: tool-{n}
catalogue: {{events: [recommendation_shown, evidence_opened, note_added, decide, share, close]}}
rules:
- {{id: looked-{n}, version: 1, kind: check, each: "decide where confidence < 0.3", must: dwell_ms >= 5000, {terms}}}
- {{id: opened-{n}, version: 1, kind: preceded_by, each: decide, first: evidence_opened, same: [item_id], within: 1d, {terms}}}
"""  # noqa: E501
# Five steps of a piece of work within half an hour; `i` is the piece, `day` its day.
PIECES = """
    select
        i, step, i % {tools} as tool, hash(i // 4) % {people} as person, 'c' || i as item_id,
        case step when 0 then 'recommendation_shown'
            when 1 then case when hash(i + 1) % 20 < 19 - hash(i // 4) % 3 then 'evidence_opened' else 'note_added' end
            when 2 then 'decide' when 3 then 'share' else 'close' end as event_name,
        cast({day} as timestamp) + to_seconds(cast(6 * 3600 + hash(i) % 57600 + step * 60 + hash(i * 7 + step) % 50 as bigint)) as occurred_at,
        case when step = 2 then (hash(i + 5) % 1000) / 1000.0 end as confidence,
        case when step = 2 then cast(4500 + hash(i + 6) % 60000 as double) end as dwell_ms
    from (select i, unnest([0, 1, 2, 3, 4]) as step from range({first}, {last}) as pieces(i))"""  # noqa: E501
HISTORY = """
    insert into raw.usage_event by name
    select
        cast(hash(i * 5 + step) >> 1 as bigint) as event_no, hash(i * 5 + step + 1) as key_rest,
        'h' || i || '-' || step as event_id, 'tool-' || tool as tool_id,
        'tool-' || tool || '/human-decision' as source_id,
        event_name, occurred_at, account.alias_no, 'human' as actor_type, true as is_user_initiated, item_id,
        confidence, dwell_ms,
        {load_id} + tool as load_id, 1 as line_no, 1 as lines,
        cast(occurred_at as date) + interval 30 hour as first_file_at
    from ({pieces}) inner join bare.account as account using (person)"""
LOADS = """
    insert into raw.load by name
    select
        load_id, 'events' as dataset, any_value(tool_id) as tool_id, any_value(source_id) as source_id,
        'human-decision' as format, 'history/' || load_id as path, 'f' || load_id as fingerprint, 1 as bytes,
        max(first_file_at) as modified_at, max(first_file_at) as loaded_at, 'loaded' as status, count(*) as lines_read,
        count(*) as lines_loaded, 0 as lines_duplicate, 0 as lines_superseded, 0 as lines_quarantined, 0 as lines_blank
    from raw.usage_event group by load_id"""
FILES = """
    copy (
        with lines as (
            select '1.0' as specversion, 'd{number}-' || i || '-' || step as id, '/' || tool as source, 'x.' || event_name as type,
                item_id as subject,
                strftime(occurred_at - to_days(cast(case when hash(i) % 100 = 0 then 1 + hash(i + 1) % 7 else 0 end as integer)), '%Y-%m-%dT%H:%M:%SZ') as time,
                {{'user': 'p' || person || '@example.com', 'confidence': confidence, 'dwell_ms': dwell_ms}} as data, i
            from ({pieces}) where tool = {tool}
        )
        select * exclude (i) from lines union all select * exclude (i) from lines where hash(i + 7) % 100 = 0
    ) to '{path}' (format json)"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Size:
    """How large the history is."""

    events: int
    people: int
    tools: int

    @property
    def days(self) -> int:
        return max(1, round(self.events / DAY))

    @property
    def pieces(self) -> int:
        """Of one day."""
        return min(self.events, DAY) // 5

    @property
    def since(self) -> date:
        """The Monday of the first day."""
        first = LAST - timedelta(days=self.days - 1)
        return first - timedelta(days=first.weekday())


def found(root: Path, size: Size) -> Workspace:
    """A workspace with its history loaded and nothing built."""
    workspace = init_workspace(root).workspace
    workspace.tools_file.write_text("tools:\n" + "".join(TOOL.format(n=n, since=size.since) for n in range(size.tools)))
    for n in range(size.tools):
        (workspace.rules / f"tool-{n}.yml").write_text(RULES.format(n=n, terms=TERMS))
        (workspace.inbox / f"tool-{n}").mkdir(parents=True)
    people = (f"p{n},p{n}@example.com,d{n % 40}" for n in range(size.people))
    roster = workspace.inbox / "people" / f"people_{size.since}.csv"
    roster.write_text("\n".join(["person_id,email,department", *people]) + "\n")
    steps.load_rule_book(workspace, "founding", None, full=False)
    steps.load_people(workspace)
    with duckdb.connect(str(workspace.warehouse), config={"memory_limit": "3GB"}) as connection:
        connection.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
        _name_accounts(workspace, connection, size)
        for number in range(size.days):
            day = LAST - timedelta(days=size.days - 1 - number)
            pieces = _pieces(size, day, number)
            connection.execute(
                HISTORY.format(pieces=pieces, load_id=1 + len(people_loads(connection)) + number * size.tools)
            )
        connection.execute(LOADS.replace("from raw.usage_event", "from raw.usage_event where load_id > 1"))
    return workspace


def _name_accounts(workspace: Workspace, connection: duckdb.DuckDBPyConnection, size: Size) -> None:
    """Whose the addresses are, as the loader numbers them: what bare SQL would look up by a clear address."""
    number_of = Vault(workspace).pseudonymiser.alias_no
    rows = {"person": range(size.people), "alias_no": [number_of("email", _address(n)) for n in range(size.people)]}
    accounts = pa.table(rows)  # noqa: F841
    connection.execute("create schema bare")
    connection.execute(
        "create table bare.account as select person, 'p' || person || '@example.com' as name, alias_no, person_no "
        "from accounts inner join raw.identity_alias using (alias_no)"
    )


def _address(person: int) -> str:
    return f"p{person}@example.com"


def people_loads(connection: duckdb.DuckDBPyConnection) -> list[tuple[int]]:
    """The loads of rosters, whose ids come first."""
    return connection.execute("select load_id from raw.load where dataset = 'people'").fetchall()


def _pieces(size: Size, day: date, number: int) -> str:
    first = number * size.pieces
    return PIECES.format(
        tools=size.tools, people=size.people, day=f"date '{day}'", first=first, last=first + size.pieces
    )


def new_day(number: int) -> date:
    return LAST + timedelta(days=number)


def files_of(workspace: Workspace, size: Size, number: int) -> list[Path]:
    """The files of the new day `number`, one per tool."""
    return [workspace.inbox / f"tool-{n}" / f"day-{number}.jsonl" for n in range(size.tools)]


def add_day(workspace: Workspace, size: Size, number: int) -> None:
    """Put the day's files into the inbox."""
    pieces = _pieces(size, new_day(number), size.days + number)
    with duckdb.connect() as connection:
        for tool, path in enumerate(files_of(workspace, size, number)):
            connection.execute(FILES.format(pieces=pieces, number=number, tool=tool, path=path))
