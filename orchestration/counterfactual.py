"""Judge what a workspace has loaded with another rule book, beside the warehouse and the publications.

A warehouse of its own holds that rule book and, for everything else, views on the real one, which is attached
read-only; the production models are built on it. It lives under `.takeup/` and is gone when the block ends.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from orchestration import opening
from orchestration.errors import DataError
from orchestration.explain import Publication
from orchestration.judging import insert_rows
from orchestration.loading.history import TERMS
from orchestration.loading.lock import writer_lock
from orchestration.raw_schema import raw_schema
from orchestration.transform import run_models
from orchestration.workspace import Workspace

MARTS = ("fct_person_tool_week", "fct_rule_week", "fct_obligation", "dim_rule", "fct_adoption_week")
_FOLDER = "counterfactual-"
_RULE_BOOK = "rule_book"
# What the loaders have done, whoever asks: equal in the warehouse and in the publication that was made from it.
_LOADED = """
    select
        count(*), coalesce(sum(lines_read), 0), coalesce(sum(lines_loaded), 0), coalesce(sum(lines_duplicate), 0),
        coalesce(sum(lines_superseded), 0), coalesce(sum(lines_quarantined), 0)
    from {table}
"""

RuleRows = Sequence[Mapping[str, Any]]


@contextmanager
def judge_with(
    workspace: Workspace,
    rule_rows: RuleRows,
    *,
    tool_ids: Collection[str] | None = None,
    on_model: Callable[[str], None] | None = None,
) -> Iterator[Path]:
    """The marts (MARTS) as the latest run would have published them under `rule_rows`: a DuckDB file for the block.

    `rule_rows` are rows of raw.rule_book and stand for the whole book, see `published_rule_book`; `tool_ids` leaves
    out every other tool, rules and all (default: all tools). Data, calendar, roster, run and as-of are those of the
    latest publication. `on_model` hears the name of each model as it is built. Holds the writer's place until the block
    ends. Raises DataError when somebody else is writing, nothing was published, something was loaded since, or a model
    fails.
    """
    with writer_lock(workspace):
        _refuse_other_data(workspace)
        with _scratch(workspace) as scratch:
            _lay_out(workspace, scratch, rule_rows, tool_ids)
            _build(workspace, scratch, MARTS, on_model)
            yield scratch.marts


def judge_as_formerly(
    workspace: Workspace,
    rule_rows: RuleRows,
    *,
    tool_ids: Collection[str],
    into: Path,
    on_model: Callable[[str], None] | None = None,
) -> None:
    """Write the statuses of these tools, as the run under way would publish them under the rules and terms of the last
    publication, into a DuckDB file at `into` (its table fct_person_tool_week).

    `rule_rows` are that publication's rules, its terms of judgement are in raw.published_tool. Raises DataError when
    somebody else is writing or a model fails.
    """
    opening.release()
    with writer_lock(workspace), _scratch(workspace) as scratch:
        _lay_out(workspace, scratch, rule_rows, tool_ids, has_former_terms=True)
        _build(workspace, scratch, MARTS[:1], on_model)
        scratch.marts.replace(into)


@contextmanager
def _scratch(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace for a moment, below the one whose data it looks at. Belongs inside the writer's lock."""
    _sweep_orphans(workspace)
    with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=workspace.build) as folder:
        scratch = Workspace(Path(folder))
        scratch.build.mkdir()
        yield scratch


def _build(
    workspace: Workspace, scratch: Workspace, marts: Sequence[str], on_model: Callable[[str], None] | None
) -> None:
    select = [f"+{mart}" for mart in marts]
    run_models(scratch, select=select, on_model=on_model, loaded=workspace.warehouse).raise_if_failed()


def published_rule_book(workspace: Workspace) -> list[dict[str, Any]]:
    """The rows of raw.rule_book that the latest publication was judged by, in their order.

    Raises DataError as `judge_with` does.
    """
    with writer_lock(workspace):
        _refuse_other_data(workspace)
        with _read(workspace) as connection:
            result = connection.execute(f"select * from raw.{_RULE_BOOK} order by rule_no")
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _refuse_other_data(workspace: Workspace) -> None:
    """A comparison with the publication means something only while the warehouse holds what was published.

    A run that is between two of its steps has left its id in the warehouse, so it is noticed here too.
    """
    with Publication(workspace) as publication:
        (run,) = publication.rows("select run_id from dim_publication")
        published = publication.rows(_LOADED.format(table="fct_load"))
    with _read(workspace) as connection:
        runs = connection.execute("select run_id from raw.run").fetchall()
        loaded = connection.execute(_LOADED.format(table="raw.load")).fetchall()
    if runs != [(run["run_id"],)] or loaded != [tuple(published[0].values())]:
        raise DataError(
            f"{workspace.warehouse}: holds something else than what was published last: a run is under way or did not "
            f"finish, or lines were loaded since - finish with: takeup run -w {workspace.root}"
        )


@contextmanager
def _read(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    if not workspace.warehouse.is_file():
        raise DataError(f"{workspace.warehouse}: is not there - make it with: takeup run -w {workspace.root}")
    try:
        connection = duckdb.connect(str(workspace.warehouse), read_only=True)
    except duckdb.Error as error:
        raise DataError(f"{workspace.warehouse}: cannot be read: {error} - close what else has it open") from error
    try:
        yield connection
    finally:
        connection.close()


def _lay_out(
    workspace: Workspace,
    scratch: Workspace,
    rule_rows: RuleRows,
    tool_ids: Collection[str] | None,
    *,
    has_former_terms: bool = False,
) -> None:
    """The warehouse of its own: views on what is loaded, the other rule book."""
    with duckdb.connect(str(scratch.warehouse)) as connection:
        connection.execute(raw_schema())
        place = str(workspace.warehouse).replace("'", "''")
        connection.execute(f"attach '{place}' as loaded (read_only)")
        rules = [dict(row) for row in rule_rows if tool_ids is None or row["tool_id"] in tool_ids]
        for table, has_tool in _loaded_tables(connection):
            if table != _RULE_BOOK:
                # A table that only this version of takeup knows stays as the schema made it: empty.
                connection.execute(f"drop table if exists raw.{table}")
                columns = _tool_columns(rules) if table == "tool" else "*"
                where = _of_tools(tool_ids) if has_tool else ""
                connection.execute(f"create view raw.{table} as select {columns} from loaded.raw.{table}{where}")
        if has_former_terms:
            _put_former_terms(connection, tool_ids)
        if rules:
            insert_rows(connection, _RULE_BOOK, rules)


def _loaded_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, bool]]:
    """(name, whether it has a tool_id) of each raw table of the real warehouse; views the schema makes over them."""
    return connection.execute(
        "select table_name, bool_or(column_name = 'tool_id') from duckdb_columns() inner join duckdb_tables() "
        "using (database_name, schema_name, table_name) "
        "where database_name = 'loaded' and schema_name = 'raw' group by table_name order by table_name"
    ).fetchall()


def _of_tools(tool_ids: Collection[str] | None) -> str:
    return "" if tool_ids is None else f" where tool_id is null or tool_id in ({_listed(tool_ids)})"


def _put_former_terms(connection: duckdb.DuckDBPyConnection, tool_ids: Collection[str] | None) -> None:
    """The tools as they are now, but judged by the terms of the last publication."""
    former = ", ".join(f"former.{term} as {term}" for term in TERMS)
    connection.execute(
        f"create or replace view raw.tool as select tool.* replace ({former}) from loaded.raw.tool as tool "
        f"inner join loaded.raw.published_tool as former using (tool_id){_of_tools(tool_ids)}"
    )


def _tool_columns(rules: RuleRows) -> str:
    """A rule over work items says that its tool has some, as the registry's rows of tools would."""
    covered = {str(row["tool_id"]) for row in rules if row["kind"] == "coverage"}
    return f"* replace (has_work_items or coalesce(tool_id in ({_listed(covered)}), false) as has_work_items)"


def _listed(texts: Collection[str]) -> str:
    """Texts as the inside of an SQL list; one null when there is none."""
    return ", ".join("'" + one.replace("'", "''") + "'" for one in sorted(texts)) or "null"


def _sweep_orphans(workspace: Workspace) -> None:
    """What a killed judgement left behind; whoever holds the writer's place knows that nobody uses it."""
    for orphan in workspace.build.glob(f"{_FOLDER}*"):
        shutil.rmtree(orphan, ignore_errors=True)
