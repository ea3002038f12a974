"""Whoever a log of any format names is nowhere in clear: not in the warehouse, its log, the scratch folder."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from warehouse_workspace import NOW, TOOL, make_workspace, registry

from orchestration.loading.personal import is_personal
from orchestration.sources import FORMATS
from orchestration.sources.records import (
    AbsenceRecord,
    AggregateRecord,
    EligibleRecord,
    EventRecord,
    Parsed,
    PersonRecord,
    TrainingRecord,
    WorkItemRecord,
)
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
COMPANY = {"absences", "outages", "training", "work_items", "eligible"}
SHORTEST = 5
ADDRESS = re.compile(r"[\w.+#-]+@[\w-]+\.[\w.-]*\w")
VALID = sorted(
    path
    for name, known in FORMATS.items()
    for path in (FIXTURES / name / "valid").glob("*")
    if known.dataset != "outages" and name != "xes"
)


def sensitive(path: Path, format_name: str) -> set[str]:
    """Everything in a fixture that names somebody: what the format says, every address, every personal field."""
    found = {name for parsed in FORMATS[format_name].parse(path, now=NOW) for name in _named(parsed)}
    text = path.read_bytes().decode("utf-8", "replace")
    found |= set(ADDRESS.findall(text)) | set(_personal_values(text))
    return {one.casefold() for one in found if len(one) >= SHORTEST and re.search(r"[^\W\d]", one)}


def _named(parsed: Parsed) -> Iterator[str]:
    if isinstance(parsed, PersonRecord):
        yield from (one.value for one in parsed.aliases)
        yield from filter(None, (parsed.person_id, parsed.name, parsed.manager_id))
    elif isinstance(parsed, AbsenceRecord):
        yield parsed.person_id
    elif isinstance(parsed, EventRecord | AggregateRecord | TrainingRecord | WorkItemRecord | EligibleRecord):
        yield from (one.value for one in parsed.users)


def _personal_values(text: str) -> Iterator[str]:
    """The values of fields that are called like names of people, in JSON or CSV."""
    for key, value in re.findall(r'"(\w+)"\s*:\s*"((?:[^"\\]|\\.)*)"', text):
        if is_personal(key) and key != "name":
            yield json.loads(f'"{value}"')
    for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))):
        yield from (str(value) for key, value in row.items() if key and value and is_personal(key))


def load(workspace: Workspace, path: Path, format_name: str) -> int:
    """Load one file as what it is; the number of lines that were loaded."""
    known = FORMATS[format_name]
    if known.dataset in COMPANY or known.dataset == "people":
        folder = workspace.inbox / known.dataset
        name = f"{TOOL}_{path.name}" if known.dataset == "eligible" else path.name
    else:
        folder, name = workspace.inbox / TOOL, path.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(path.read_bytes())
    rows = registry()
    source: dict[str, Any] = {"format": known.name, "grain": known.grain, "source_id": f"{TOOL}/{known.name}"}
    rows["tool_source"] = [rows["tool_source"][0] | (source if folder.name == TOOL else {})]
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(rows)
        return (warehouse.load_people() + warehouse.load_tool(TOOL)).loaded


def leaks(workspace: Workspace, names: set[str]) -> list[str]:
    """Which of the names stand in the warehouse, as bytes or as values, or in the scratch folder."""
    content = workspace.warehouse.read_bytes()
    content += b"".join(path.read_bytes() for path in workspace.build.rglob("*") if path.is_file())
    with duckdb.connect(str(workspace.warehouse)) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
        rows = [row for (table,) in tables for row in connection.execute(f"from raw.{table}").fetchall()]
    text = content.decode("utf-8", "replace").casefold() + repr(rows).casefold()
    return sorted(name for name in names if name in text)


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_whom_a_log_names_is_nowhere_in_clear(path: Path, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    names = sensitive(path, path.parts[-3])
    load(workspace, path, path.parts[-3])
    assert leaks(workspace, names) == []
