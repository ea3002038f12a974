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
import receiving
from warehouse_workspace import NOW, TOOL, make_workspace, registry

from orchestration.loading.personal import is_personal
from orchestration.registry.scaffold import init_workspace
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
from tests.conftest import takeup

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
    text = content.decode("utf-8", "replace").casefold()
    return sorted({*(name for name in names if name in text), *leaks_in(workspace.warehouse, names)})


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_whom_a_log_names_is_nowhere_in_clear(path: Path, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    names = sensitive(path, path.parts[-3])
    load(workspace, path, path.parts[-3])
    assert leaks(workspace, names) == []


COPIES = 9
HEXADECIMAL = re.compile(r"[0-9a-f{}:-]+|.*#ext#.*")


def canaries(path: Path, copy: int) -> tuple[bytes, set[str]]:
    """A fixture with other people in it, and how they are called: `kanari` stands in every name of theirs."""
    text, format_name = path.read_bytes().decode("utf-8"), path.parts[-3]
    made: set[str] = set()
    names = sorted(sensitive(path, format_name), key=lambda name: (-len(name), name))
    for place, name in enumerate(name for name in names if not HEXADECIMAL.fullmatch(name) and '"' not in name):
        label = f"kanari{VALID.index(path):03d}x{copy}x{place}"
        canary = f"{label}@corp.example" if "@" in name else f"Mx {label}" if " " in name else label
        if name in text.casefold():
            text = re.sub(re.escape(name), canary, text, flags=re.IGNORECASE)
            made.add(canary)
    return text.encode(), made


def company_of_canaries(root: Path) -> tuple[Workspace, set[str]]:
    """A workspace with a tool for every format of usage logs, fed with people who are all canaries."""
    workspace = init_workspace(root).workspace
    everybody: set[str] = set()
    tools: dict[str, str] = {}
    for path in VALID:
        known = FORMATS[path.parts[-3]]
        for copy in range(COPIES if _is_text(path) else 0):
            content, made = canaries(path, copy)
            everybody |= made
            folder = known.dataset if known.dataset in COMPANY | {"people"} else f"tool-{known.name}"
            if folder.startswith("tool-"):
                tools[folder] = known.name
            name = f"{folder}_{copy}_{path.name}" if folder != "eligible" else f"tool-otlp_{copy}_{path.name}"
            target = workspace.inbox / folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            if folder.startswith("tool-"):
                broken = f'{{"{next(iter(sorted(made)), "")}": \n'.encode()
                target.with_name(f"kanari.broken{copy}@corp.example_{path.name}").write_bytes(broken + content)
    entries = "".join(
        f"- id: {tool}\n  title: {tool}\n  owner: {{name: Name Surname, email: name@example.com}}\n"
        f"  live_from: 2026-01-05\n  sources: [{{format: {name}}}]\n"
        for tool, name in sorted(tools.items())
    )
    workspace.tools_file.write_text(f"tools:\n{entries}")
    return workspace, everybody


def _is_text(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.slow
def test_a_thousand_canaries_leave_no_byte_behind_after_a_whole_run(tmp_path: Path) -> None:
    """All formats, broken files among them, through `takeup run` and every command that reports.

    Landing and inbox hold the logs themselves; the vault holds names, sealed.
    """
    workspace, everybody = company_of_canaries(tmp_path / "firm")
    assert len(everybody) >= 1000
    root = str(workspace.root)
    said = [takeup("run", "-w", root, "--as-of", "2026-11-15")]
    assert said[0].returncode == 0, said[0].stdout + said[0].stderr
    said += [takeup(command, "-w", root) for command in ("status", "check", "doctor")]
    said += [takeup("quarantine", "list", "-w", root), takeup("quarantine", "replay", "-w", root)]
    said += [takeup("status", "-w", root, "--json"), takeup("people", "decisions", "-w", root)]
    for output in said:
        assert "kanari" not in (output.stdout + output.stderr).casefold(), output.args
    assert takeup("people", "suggest", "-w", root, "--limit", "1").returncode == 0  # and the access log
    places = [path for path in workspace.root.rglob("*") if path.is_file() and workspace.inbox not in path.parents]
    assert {path.suffix for path in places} >= {".duckdb", ".log", ".txt", ".json"}
    assert [str(path) for path in places if b"kanari" in path.read_bytes().lower()] == []
    assert [str(path) for path in places if "kanari" in path.name] == []
    for database in (workspace.warehouse, workspace.latest.resolve()):
        assert not leaks_in(database, {"kanari"})


def leaks_in(database: Path, names: set[str]) -> list[str]:
    """Which of the names stand in a value of a database: compression may hide them from a look at the bytes."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall()
        texts = (
            repr(row).casefold()
            for schema, table in tables
            for row in connection.execute(f'from "{schema}"."{table}"').fetchall()
        )
        return sorted({name for text in texts for name in names if name in text})


def test_the_log_of_the_receiver_says_nothing_of_whom_requests_name(tmp_path: Path) -> None:
    """Neither of what was stored nor of what was refused, nor of paths, headers and tokens."""
    workspace = receiving.make_workspace(tmp_path)
    who = "kanari@corp.example"
    with receiving.receiver(workspace) as running:
        sent = [
            running.post("/v1/logs", receiving.log_request(who), {"user-agent": who, "x-forwarded-for": who}),
            running.post("/v1/logs", f'{{"broken {who}"'.encode()),
            running.post("/v1/logs", who.encode(), {"content-type": f"text/{who}"}),
            running.post(f"/v1/{who}", b"{}"),
            running.post("/v1/logs", receiving.log_request(who), {"authorization": f"Bearer {who}"}),
        ]
        code, told = running.stop()
    assert [status for status, _, _ in sent] == [200, 400, 415, 404, 200]
    assert "logs 200" in told
    assert "kanari" not in told
    assert all(b"kanari" not in answer for _, answer, _ in sent)
    assert code == 0
