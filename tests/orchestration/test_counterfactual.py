"""Judging what is loaded with another rule book: the same data, the same models, and nothing of it stays."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.counterfactual import MARTS, judge_with, published_rule_book
from orchestration.errors import DataError
from orchestration.loading.lock import writer_lock
from orchestration.publication import latest_publication
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
TOOL = "doc-extract"


@pytest.fixture(scope="module")
def company(built_company: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the company: judging takes the writer's place, which tests in other processes may want too."""
    return copy_of(built_company, tmp_path_factory.mktemp("counterfactual"))


def copy_of(workspace: Workspace, place: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(workspace.root, place / "company", symlinks=True)))


def rows(path: Path | None, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def everything(path: Path | None, where: str = "true") -> dict[str, list[tuple[Any, ...]]]:
    return {mart: rows(path, f"select * from {mart} where {where} order by all") for mart in MARTS}


def digests(workspace: Workspace) -> dict[str, str]:
    files = [workspace.warehouse, *workspace.published.iterdir(), *workspace.config.rglob("*.*"), workspace.marts]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files) if path.is_file()}


def scratch(workspace: Workspace) -> list[Path]:
    return list(workspace.build.glob("counterfactual-*"))


def without(rules: Sequence[Mapping[str, Any]], tool_id: str) -> list[Mapping[str, Any]]:
    return [rule for rule in rules if rule["tool_id"] != tool_id]


def test_the_rule_book_in_force_gives_what_was_published_row_for_row(company: Workspace) -> None:
    published = everything(latest_publication(company))
    assert all(published.values())
    with judge_with(company, published_rule_book(company)) as marts:
        assert everything(marts) == published


def test_one_tool_alone_is_judged_as_among_the_others(company: Workspace) -> None:
    published = everything(latest_publication(company), f"tool_id = '{TOOL}'")
    with judge_with(company, published_rule_book(company), tool_ids=[TOOL]) as marts:
        assert everything(marts) == published


def test_nobody_is_correct_where_the_book_has_no_rules(company: Workspace) -> None:
    rules = without(published_rule_book(company), TOOL)
    with judge_with(company, rules) as marts:
        sql = f"""
            select count(*), count(*) filter (status in ('correct_user', 'incorrect_user')) from fct_person_tool_week
            where tool_id = '{TOOL}'
        """
        (before,), (after,) = rows(latest_publication(company), sql), rows(marts, sql)
        assert before[0] == after[0]
        assert before[1] > after[1] == 0
        others = f"tool_id <> '{TOOL}'"
        assert everything(marts, others) == everything(latest_publication(company), others)


def test_a_rule_over_work_items_says_that_its_tool_has_some(company: Workspace) -> None:
    sql = "select count(*) filter (reason in ('never', 'lapsed')), count(*) filter (reason = 'no_opportunity') from {}"
    spec = '{"items": ["case"], "by": {"events": ["touch"], "sql": "true"}, "attributes": []}'
    (rule, *_) = [one for one in published_rule_book(company) if one["tool_id"] == "coding-agent"]
    coverage = rule | {"kind": "coverage", "spec": spec}
    with judge_with(company, [coverage], tool_ids=["coding-agent"]) as marts:
        (idle, without_items) = rows(marts, sql.format("fct_person_tool_week"))[0]
    assert idle == 0
    assert without_items > 0


def test_nothing_is_touched_and_nothing_stays(company: Workspace) -> None:
    before = digests(company)
    (company.build / "counterfactual-killed").mkdir()
    with judge_with(company, without(published_rule_book(company), TOOL), tool_ids=[TOOL]) as marts:
        assert [marts] == [place / ".takeup" / "marts.duckdb" for place in scratch(company)]
    assert scratch(company) == []
    assert digests(company) == before


def test_a_model_that_fails_is_named_and_leaves_nothing(company: Workspace) -> None:
    before = digests(company)
    (first, *others) = published_rule_book(company)
    broken = first | {"spec": first["spec"].replace('"sql": "', '"sql": "no_such_column and ')}
    assert broken != first
    with pytest.raises(DataError, match=r"(?s)model\.takeup\.int_\w+: .*no_such_column"):
        judge_with(company, [broken, *others]).__enter__()
    assert scratch(company) == []
    assert digests(company) == before


def test_it_waits_for_no_writer(company: Workspace) -> None:
    rules = published_rule_book(company)
    with writer_lock(company), pytest.raises(DataError, match="is writing to this workspace"):
        judge_with(company, rules).__enter__()
    with (
        judge_with(company, rules, tool_ids=[TOOL]),
        pytest.raises(DataError, match="is writing"),
        writer_lock(company),
    ):
        pass


@pytest.mark.parametrize(
    "news",
    ["update raw.run set run_id = 'another'", "update raw.load set lines_loaded = lines_loaded + 1 where load_id = 1"],
)
def test_what_was_loaded_since_the_publication_is_refused(company: Workspace, tmp_path: Path, news: str) -> None:
    moved_on = copy_of(company, tmp_path)
    with duckdb.connect(str(moved_on.warehouse)) as connection:
        connection.execute(news)
    with pytest.raises(DataError, match=r"something else than what was published last.*takeup run"):
        published_rule_book(moved_on)
    with pytest.raises(DataError, match="something else"):
        judge_with(moved_on, []).__enter__()


def test_without_a_publication_or_a_warehouse_there_is_nothing_to_judge(company: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing was published yet"):
        published_rule_book(Workspace(tmp_path))
    published = Workspace(tmp_path / "published")
    shutil.copytree(company.published, published.published, symlinks=True)
    with pytest.raises(DataError, match=r"warehouse\.duckdb: is not there"):
        published_rule_book(published)
