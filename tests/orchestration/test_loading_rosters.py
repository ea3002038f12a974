"""Rosters as directories and HR systems export them: who is on the roster, under which names, nothing in clear."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from warehouse_workspace import TOOL, event, load_everything, make_workspace, query, write

from orchestration.vault import Vault
from orchestration.workspace import Workspace

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
ROSTERS = [
    ("entra/valid/graph.json", {"o-1"}, {"o-2", "o-3"}),
    ("entra/valid/portal.csv", {"o-1"}, {"o-2", "o-4"}),
    ("okta/valid/users.json", {"00u1", "00u3"}, {"00u2"}),
    ("bamboohr/valid/report.json", {"11", "13"}, {"12"}),
    ("workday/valid/raas.json", {"7001"}, {"7002"}),
    ("people-csv/valid/people_other_names.csv", {"7001"}, {"7002"}),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def drop(workspace: Workspace, name: str, folder: str) -> None:
    target = workspace.inbox / folder / f"people_2026-01-01{Path(name).suffix}"
    shutil.copyfile(FIXTURES / name, target)


@pytest.mark.parametrize(("name", "there", "gone"), ROSTERS)
def test_who_is_there_has_a_span_and_who_is_gone_has_none(
    workspace: Workspace, name: str, there: set[str], gone: set[str]
) -> None:
    drop(workspace, name, "people")
    load_everything(workspace)
    names = Vault(workspace).pseudonymiser
    assert {row[0] for row in query(workspace, "select person_no from raw.person_span")} == set(
        map(names.person_no, there)
    )
    assert {row[0] for row in query(workspace, "select person_no from raw.person")} == set(
        map(names.person_no, there | gone)
    )
    assert query(workspace, "select sum(lines_quarantined) from raw.load") == [(0,)]


@pytest.mark.parametrize(("name", "there", "gone"), ROSTERS)
def test_no_name_and_no_address_of_a_roster_stands_in_the_warehouse(
    workspace: Workspace, name: str, there: set[str], gone: set[str]
) -> None:
    drop(workspace, name, "people")
    load_everything(workspace)
    data = workspace.warehouse.read_bytes()
    clear = (b"Ann Berg", b"Berg, Ann", b"acme.test", b"home.test", b"partner.test", b"aberg", b"ann-b", b"Dahl")
    assert [one for one in clear if one in data] == []
    assert there.isdisjoint(gone)


def test_what_a_guest_does_is_known_to_be_theirs(workspace: Workspace) -> None:
    drop(workspace, "entra/valid/graph.json", "people")
    write(workspace.inbox / TOOL / "a.jsonl", [event(1, user="Cy_Lee@partner.test"), event(2, user="ABERG@acme.test")])
    load_everything(workspace)
    names = Vault(workspace).pseudonymiser
    owners = query(
        workspace,
        "select distinct person_no from raw.identity_alias where alias_no in (select alias_no from raw.usage_event)",
    )
    assert {row[0] for row in owners} == {names.person_no("o-3"), names.person_no("o-1")}


def test_completions_as_xapi_are_completions_and_other_statements_are_blank(workspace: Workspace) -> None:
    drop(workspace, "xapi/valid/statements.json", "training")
    load_everything(workspace)
    modules = query(workspace, "select module from raw.training_completion order by completed_at")
    assert modules == [("safe-use",), ("view.php?id=12",), ("safe-use",)]
    counts = "select lines_read, lines_loaded, lines_quarantined, lines_blank from raw.load"
    assert query(workspace, counts) == [(5, 3, 0, 2)]
