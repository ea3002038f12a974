"""Warehouses that earlier versions made."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import DataError
from tests.orchestration.warehouse_workspace import TOOL, event, load_everything, make_workspace, query, write


def test_a_warehouse_that_tells_events_apart_otherwise_is_read_anew_and_never_mixed(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    write(workspace.inbox / TOOL / "a.jsonl", [event(1), event(2)], at=datetime(2026, 5, 1))
    load_everything(workspace)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("alter table raw.usage_event add column record_key uuid")
    with pytest.raises(DataError, match="takeup run --full"):
        load_everything(workspace)
    report = load_everything(workspace, is_full=True)
    assert report.loaded == 2
    assert query(workspace, "select count(*) from raw.usage_event") == [(2,)]
