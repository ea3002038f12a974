"""What `takeup check` says of rules that nothing loaded can ever meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest
from workspaces import told, tool, workspace

from orchestration.registry.check import check
from orchestration.registry.loading import load
from orchestration.rules.compile import compile_rule_book
from orchestration.workspace import Workspace

TODAY = date(2026, 6, 1)
HEAD = """\
tool: doc-extract
catalogue:
  events: [decide, decided, opened, reopened, prompt]
  attributes: {amount: double}
rules:
"""
REST = "  owner: controls\n  why: It matters.\n  train: 'none: the screen says it'\n"
LOADED = {"decide": 12_345, "opened": 17, "prompt": 3}


def rule(kind: str, keys: str, more: str = "") -> str:
    return f"- id: the-rule\n  kind: {kind}\n{keys}{more}{REST}"


def made(
    root: Path,
    text: str,
    counts: Mapping[str, tuple[int, int, int]] | None = None,
    events: Mapping[str, int] = LOADED,
) -> list[str]:
    """The warnings about a rule, when `events` were loaded and its keys reached `counts` (named, met, used)."""
    space = workspace(root, tool(), rules_a=HEAD + text)
    rows = compile_rule_book(load(space).rule_sources)
    publish(
        space, events, [(rows[0].rule_id, rows[0].semantic_hash, key, *found) for key, found in (counts or {}).items()]
    )
    found = told(space, check(space, TODAY), warnings=True)
    return [line for line in found if " can never " in line]


def publish(space: Workspace, events: Mapping[str, int], reach: list[tuple[str, str, str, int, int, int]]) -> None:
    space.published.mkdir()
    path = space.published / "takeup-1.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table fct_event_name (tool_id varchar, event_name varchar, events bigint)")
        for name, count in events.items():
            connection.execute("insert into fct_event_name values ('doc-extract', $1, $2)", [name, count])
        connection.execute(
            "create table fct_rule_reach (rule_id varchar, semantic_hash varchar, rule_key varchar, named bigint,"
            " met bigint, used bigint)"
        )
        for row in reach:
            connection.execute("insert into fct_rule_reach values ($1, $2, $3, $4, $5, $6)", list(row))
    space.latest.symlink_to(path.name)


CHECK = rule("check", "  each: decide where amount >= 1000000\n", "  must: confidence >= 0.6\n")


def test_a_rule_whose_condition_nothing_meets_is_told_with_counts(tmp_path: Path) -> None:
    assert made(tmp_path, CHECK, {"each": (12_345, 0, 0)}) == [
        "config/rules/a.yml:8:9 the rule 'the-rule' can never fire on what is loaded: 0 of 12,345 'decide' events"
        " satisfy the condition of `each` - compare with values that the log has; a value of another type reads as null"
    ]


def test_a_rule_that_something_meets_is_not_told(tmp_path: Path) -> None:
    assert made(tmp_path, CHECK, {"each": (12_345, 1, 1)}) == []


def test_an_event_that_no_log_holds_is_told_with_a_guess(tmp_path: Path) -> None:
    (found,) = made(tmp_path, rule("check", "  each: decided\n", "  must: confidence >= 0.6\n"))
    assert found == (
        "config/rules/a.yml:8:9 the rule 'the-rule' can never fire on what is loaded: no event named 'decided' among"
        " the 3 kinds of event of 'doc-extract'; did you mean 'decide'? - loaded are decide, opened, prompt;"
        " correct the name, or have the tool log it"
    )


def test_one_name_of_several_is_enough(tmp_path: Path) -> None:
    assert made(tmp_path, rule("check", "  each: decided, decide\n", "  must: confidence >= 0.6\n")) == []


@pytest.mark.parametrize(
    ("kind", "keys", "effect"),
    [
        ("preceded_by", "  each: decide\n  first: decided\n  within: 1d\n", "can never be kept"),
        ("followed_by", "  each: decide\n  then: decided\n  within: 1d\n", "can never be kept"),
        ("not_followed_by", "  each: decide\n  never: reopened\n  within: 1d\n", "can never be broken"),
        ("cadence", "  of: decided\n  at_least: 3 days\n", "can never be kept"),
        ("count", "  per: session\n  of: decided\n  max: 3\n", "can never be broken"),
        ("count", "  per: session\n  of: decided\n  min: 1\n", "can never be kept"),
        ("share", "  of: decided\n  among: decide, decided\n  min: 10%\n", "can never be kept"),
        ("share", "  of: decided\n  among: decide, decided\n  max: 10%\n", "can never be broken"),
        ("share", "  of: decided\n  among: decided\n  max: 10%\n", "can never fire"),
        ("coverage", "  items: claim\n  by: decided\n", "can never be kept"),
    ],
)
def test_what_follows_from_an_absent_event_depends_on_its_key(
    tmp_path: Path, kind: str, keys: str, effect: str
) -> None:
    (found,) = made(tmp_path, rule(kind, keys))
    assert f"the rule 'the-rule' {effect} on what is loaded: no event named" in found


def test_a_rule_that_never_fires_is_told_once(tmp_path: Path) -> None:
    (found,) = made(tmp_path, rule("preceded_by", "  each: decided\n  first: reopened\n  within: 1d\n"))
    assert "can never fire" in found


def test_a_barrier_that_never_comes_is_nothing_to_tell(tmp_path: Path) -> None:
    keys = "  each: decide\n  first: opened\n  since: reopened\n  within: 1d\n"
    assert made(tmp_path, rule("preceded_by", keys)) == []


def test_keys_that_the_log_never_fills_are_told(tmp_path: Path) -> None:
    keys = "  each: decide\n  first: opened\n  same: [item_id]\n  within: 1d\n"
    (found,) = made(tmp_path, rule("preceded_by", keys), {"each": (12_345, 12_345, 0), "first": (17, 17, 17)})
    assert "can never fire on what is loaded: 0 of 12,345 such events have item_id - " in found


def test_a_module_or_kind_of_item_that_nobody_knows_is_told(tmp_path: Path) -> None:
    trained = rule("trained", "  each: decide\n  module: CT-301\n  valid_for: 52w\n")
    (found,) = made(tmp_path / "a", trained, {"each": (12_345, 12_345, 12_345), "module": (40, 0, 0)})
    assert "can never be kept on what is loaded: 0 of 40 completions are of 'CT-301' - " in found
    coverage = rule("coverage", "  items: claim\n  by: decide\n")
    (found,) = made(tmp_path / "b", coverage, {"by": (12_345, 12_345, 12_345), "items": (9, 0, 0)})
    assert "can never fire on what is loaded: 0 of 9 work items are closed and of the kind claim - " in found


def test_where_no_training_at_all_is_loaded_nothing_is_told(tmp_path: Path) -> None:
    trained = rule("trained", "  each: decide\n  module: CT-301\n  valid_for: 52w\n")
    assert made(tmp_path, trained, {"each": (12_345, 12_345, 12_345), "module": (0, 0, 0)}) == []


def test_a_measure_that_no_day_tells_is_told(tmp_path: Path) -> None:
    cadence = rule("cadence", "  of: prompts\n  at_least: 3 days\n")
    (found,) = made(tmp_path, cadence, {"of": (50, 0, 0)}, events={})
    assert "can never be kept on what is loaded: 0 of 50 days with counts tell 'prompts' - " in found


def test_counts_of_another_meaning_say_nothing(tmp_path: Path) -> None:
    assert made(tmp_path, CHECK, {"each": (12_345, 0, 0)}) != []
    rules_file = Workspace(tmp_path).rules / "a.yml"
    rules_file.write_text(rules_file.read_text().replace("1000000", "10"))
    assert [
        one for one in told(Workspace(tmp_path), check(Workspace(tmp_path), TODAY), warnings=True) if "never" in one
    ] == []


def test_a_version_that_is_over_is_not_asked(tmp_path: Path) -> None:
    over = CHECK.replace("  kind:", "  effective: {to: 2026-05-31}\n  kind:")
    assert made(tmp_path, over, {"each": (12_345, 0, 0)}) == []


@pytest.mark.parametrize("state", ["nothing published", "nothing loaded", "an older publication", "a broken one"])
def test_where_nothing_is_known_nothing_is_told(tmp_path: Path, state: str) -> None:
    space = workspace(tmp_path, tool(), rules_a=HEAD + CHECK)
    if state == "nothing loaded":
        publish(space, {}, [])
    elif state != "nothing published":
        space.published.mkdir()
        path = space.published / "takeup-1.duckdb"
        if state == "a broken one":
            path.write_bytes(b"broken")
        else:
            duckdb.connect(str(path)).close()
        space.latest.symlink_to(path.name)
    assert [one for one in told(space, check(space, TODAY), warnings=True) if "never" in one] == []
