"""The page of one's own usage, with a real vault, roster and publication: oneself, and nobody else."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import audit
from dashboards.own_key import WHY
from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(built_company: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page reads of the built company, copied: reading is logged, and the company is everybody's."""
    copy = tmp_path_factory.mktemp("own")
    for folder in ("config", "vault", "published"):
        shutil.copytree(built_company.root / folder, copy / folder, symlinks=True)
    return copy


@pytest.fixture(scope="module")
def addresses(built_company: Workspace, workspace: Path) -> dict[str, str]:
    """Everybody's address by person_key."""
    found: set[str] = set()
    for roster in (built_company.root / "inbox" / "people").glob("*.csv"):
        with roster.open(encoding="utf-8-sig", newline="") as file:
            found |= {row["email"] for row in csv.DictReader(file) if row.get("email")}
    told = takeup("people", "key", "--json", "-w", str(workspace), "--", *sorted(found))
    return {key: address for address, key in json.loads(told.stdout).items() if key}


@pytest.fixture(scope="module")
def incorrect_user(workspace: Path) -> tuple[str, str, list[tuple[int, int]]]:
    """Somebody's key, a tool, and broken and judged cases of each rule that they violated in the newest final week."""
    with duckdb.connect(str(workspace / "published" / "latest.duckdb"), read_only=True) as connection:
        key, tool = connection.execute(
            "select person_key, tool_id from fct_training_need inner join dim_tool using (tool_id)"
            " where week_start = last_final_week_start and clean_cases_until_not_violated is not null order by 1, 2"
        ).fetchall()[0]
        cases = connection.execute(
            "select broken, judged from fct_rule_week inner join dim_tool using (tool_id) where person_key = ?"
            " and tool_id = ? and week_start = last_final_week_start and verdict = 'violated'",
            [key, tool],
        ).fetchall()
    return key, tool, cases


def _own_page(login: str, tool_id: str) -> None:
    """The page with a sign-in of somebody who has no role about people."""
    import os
    from pathlib import Path

    import streamlit as st

    from dashboards.access import Access
    from dashboards.app_pages import own
    from dashboards.app_pages.parts import Filters
    from dashboards.marts import published, reading

    workspace = Path(os.environ["TAKEUP_WORKSPACE"])
    path = reading.latest(workspace)
    tools = tuple(published.tools(path))
    pages = {name: st.Page(lambda: None, title=name, url_path=name) for name in ("me", "definitions")}
    st.navigation(list(pages.values()))
    reader = Access(login, frozenset({"figures"}), None, login)
    tool = next(tool for tool in tools if tool.tool_id == tool_id)
    own.page(Filters(workspace, path, published.publication(path), tools, tool, "All", 26, reader, pages))


def _shown(app: AppTest) -> str:
    texts = [element.value for kind in (app.title, app.header, app.markdown, app.caption) for element in kind]
    return "\n".join([*texts, *(frame.value.to_csv() for frame in [*app.dataframe, *app.table])])


def test_my_usage_shows_my_cases_and_my_way_back_and_nobody_else(
    workspace: Path,
    incorrect_user: tuple[str, str, list[tuple[int, int]]],
    addresses: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace))
    key, tool, cases = incorrect_user
    asked = {"login": addresses[key], "tool_id": tool}
    app = AppTest.from_function(_own_page, default_timeout=120, kwargs=asked).run()
    assert not app.exception
    text = _shown(app)
    assert cases
    assert set(re.findall(r"Broken in ([\d,]+) of ([\d,]+) cases judged", text)) >= {
        (f"{broken:,}", f"{judged:,}") for broken, judged in cases
    }
    assert re.search(r"\*\*Way back:\*\* [\d,]+ more ", text)
    assert key in text
    assert [other for other in addresses if other != key and other in text] == []
    assert "/export/" not in text
    reads = [json.loads(line) for line in (workspace / audit.FILE).read_text().splitlines()]
    assert [(read["who"], read["why"]) for read in reads] == [(addresses[key], WHY)]
    assert audit.verify(workspace).broken_at is None


def test_whoever_is_on_no_roster_is_shown_nothing(
    workspace: Path, incorrect_user: tuple[str, str, list[tuple[int, int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace))
    _, tool, _ = incorrect_user
    asked = {"login": "nobody.at.all@elsewhere.example", "tool_id": tool}
    app = AppTest.from_function(_own_page, default_timeout=120, kwargs=asked).run()
    assert not app.exception
    assert "You are on no roster" in _shown(app)
    assert not app.dataframe
