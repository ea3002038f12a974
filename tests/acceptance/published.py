"""What a run published, read through the public names only: the command line and the published marts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests.acceptance.parts import Company, Lines
from tests.acceptance.reference import Row

REPOSITORY = Path(__file__).resolve().parents[2]
LINES = ", ".join(f"sum(lines_{name})::bigint" for name in (one.name for one in fields(Lines)))


def takeup(*arguments: str) -> str:
    """Standard output of a command that must exit with 0."""
    command = [sys.executable, "-m", "orchestration.cli", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Publication:
    """The latest publication of a workspace."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.path = (workspace / "published" / "latest.duckdb").resolve()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.path, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def person_keys(self, company: Company) -> dict[str, str]:
        """person_key -> person_id, as `takeup people key` joins them."""
        said = takeup("people", "key", *company.person_ids, "-w", str(self.workspace), "--json", "--why", "a test")
        return {key: person_id for person_id, key in json.loads(said).items()}

    def rows(self, company: Company) -> dict[tuple[str, str, date], Row]:
        """fct_person_tool_week in the shape of the reference."""
        keys = self.person_keys(company)
        columns = ", ".join(one.name for one in fields(Row) if one.name != "person_id")
        found = self.query(f"select person_key, {columns} from fct_person_tool_week")
        rows = [Row(keys[line[0]], *line[1:]) for line in found]
        assert len({(row.person_id, row.tool_id, row.week_start) for row in rows}) == len(rows), "a row stands twice"
        return {(row.person_id, row.tool_id, row.week_start): row for row in rows}

    def lines(self) -> dict[str, Lines]:
        """Where the lines of each tool's logs went."""
        sql = f"select tool_id, {LINES} from fct_load where path like 'inbox/' || tool_id || '/%' group by tool_id"
        return {line[0]: Lines(*line[1:]) for line in self.query(sql)}

    def status(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(takeup("status", "-w", str(self.workspace), "--json"))
        return said


def differences(expected: dict[tuple[str, str, date], Row], actual: dict[tuple[str, str, date], Row]) -> list[str]:
    """One sentence per row that should not be there, is missing, or differs, with the columns that do."""
    found = [f"missing: {expected[key]}" for key in sorted(expected.keys() - actual.keys())]
    found += [f"too much: {actual[key]}" for key in sorted(actual.keys() - expected.keys())]
    for key in sorted(expected.keys() & actual.keys()):
        names = _differing(expected[key], actual[key])
        if names:
            told = ", ".join(f"{name} {getattr(expected[key], name)}!={getattr(actual[key], name)}" for name in names)
            found.append(f"{' '.join(map(str, key))}: {told}")
    return found


def _differing(one: Row, other: Row) -> Sequence[str]:
    return [field.name for field in fields(Row) if getattr(one, field.name) != getattr(other, field.name)]
