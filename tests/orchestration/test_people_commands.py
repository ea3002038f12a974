"""`takeup people`: decisions and suggestions on the command line, nothing silent, every look logged."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner
from warehouse_workspace import ASSISTANT, NOW, TOOL, event, load_everything, make_workspace, query, usage_day, write

from orchestration import journal
from orchestration.cli import app
from orchestration.errors import TakeupError, UsageError
from orchestration.vault import UNKNOWN_KEPT, Vault
from orchestration.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two people called Ann Lee, one Bo Dahl; accounts that no roster names, one of them a machine's."""
    workspace = make_workspace(tmp_path)
    people = ["p1,ann.lee@corp.example,Ann Lee", "p2,ann.lee.2@corp.example,Ann Lee", "p3,bo@corp.example,Bo Dahl"]
    write(workspace.inbox / "people/people_2026-01-01.csv", ["person_id,email,name", *people])
    days = [usage_day(login, "2026-03-02") for login in ("bo-dahl_acme", "annlee", "zz-top", "deploy[bot]")]
    write(workspace.inbox / ASSISTANT / "usage.ndjson", days)
    write(workspace.inbox / TOOL / "a.jsonl", [event(1, user="bo@corp.example"), event(2, user="bodahl@home.example")])
    load_everything(workspace)
    return workspace


def run(workspace: Workspace, *words: str) -> str:
    """The output of a command; errors that takeup raises on purpose come out as they are."""
    found = CliRunner().invoke(app, ["people", *words, "-w", str(workspace.root)])
    if isinstance(found.exception, TakeupError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found.stdout


def suggestions(workspace: Workspace, *words: str) -> dict[str, dict[str, str]]:
    """account -> person -> code."""
    found: dict[str, dict[str, str]] = {}
    for row in json.loads(run(workspace, "suggest", "--json", *words))["suggestions"]:
        found.setdefault(row["value"], {})[row["person_id"]] = row["code"]
    return found


def test_every_account_is_suggested_with_everybody_who_is_alike_and_nothing_is_decided(workspace: Workspace) -> None:
    found = suggestions(workspace)
    assert {account: set(people) for account, people in found.items()} == {
        "bo-dahl_acme": {"p3"},
        "bodahl@home.example": {"p3"},
        "annlee": {"p1", "p2"},
    }
    assert Vault(workspace).decisions.taken() == []
    assert set(suggestions(workspace, "--tool", TOOL)) == {"bodahl@home.example"}
    text = run(workspace, "suggest")
    assert "4 accounts that no roster knows; 3 are like somebody's" in text


def test_every_look_is_logged_with_its_reason_and_without_a_name(workspace: Workspace) -> None:
    run(workspace, "suggest", "--why", "audit 12")
    run(workspace, "decisions", "--why", "audit 13")
    log = workspace.vault / "access.log"
    assert [(one["action"], one["why"]) for one in journal.entries(log)] == [
        ("unknown", "audit 12"),
        ("reveal", "audit 12"),
        ("decisions", "audit 13"),
    ]
    assert b"annlee" not in log.read_bytes()


def test_confirming_links_the_account_and_the_next_run_knows_whose_it_is(workspace: Workspace) -> None:
    codes = suggestions(workspace)
    run(workspace, "confirm", codes["bo-dahl_acme"]["p3"], codes["annlee"]["p2"], "--why", "asked them")
    load_everything(workspace)
    names = Vault(workspace).pseudonymiser
    owners = query(
        workspace,
        "select distinct person_no from raw.identity_alias "
        "join raw.usage_aggregate using (alias_no) where namespace = 'github_login'",
    )
    assert {row[0] for row in owners} == {names.person_no("p2"), names.person_no("p3")}
    assert set(suggestions(workspace)) == {"bodahl@home.example"}
    text = run(workspace, "decisions")
    assert "github_login annlee is p2" in text
    assert "asked them" in text


def test_an_account_cannot_be_confirmed_as_two_people(workspace: Workspace) -> None:
    codes = suggestions(workspace)["annlee"]
    with pytest.raises(UsageError, match="already decided"):
        run(workspace, "confirm", *codes.values())
    with pytest.raises(UsageError, match="ffffffff: suggests nothing"):
        run(workspace, "confirm", "ffffffff")
    assert Vault(workspace).decisions.taken() == []


def test_a_decision_is_taken_listed_and_taken_back(workspace: Workspace) -> None:
    assert "Decision 1: p2 is p1." in run(workspace, "merge", "p1", "p2", "--why", "rehired")
    assert "Decision 2: p3 is another person from 2026-03-01" in run(workspace, "split", "p3", "--from", "2026-03-01")
    said = run(workspace, "link", "github_login", "zz-top", "p3~2026-03-01", "--from", "2026-03-01")
    assert "github_login zz-top is p3~2026-03-01 from 2026-03-01" in said
    assert "email bo@corp.example is nobody to 2026-01-31" in run(
        workspace, "unlink", "email", "bo@corp.example", "--to", "2026-01-31"
    )
    assert "Decision 2 is taken back" in run(workspace, "undo", "2", "--why", "not so")
    rows = json.loads(run(workspace, "decisions", "--json"))["decisions"]
    assert [(row["action"], row["standing"]) for row in rows] == [
        ("merge", True),
        ("split", False),
        ("link", True),
        ("unlink", True),
    ]
    found = json.loads(run(workspace, "key", "p2", "ann.lee.2@corp.example", "--json"))
    assert set(found.values()) == {Vault(workspace).pseudonymiser.person_key("p1")}


@pytest.mark.parametrize(
    "words",
    [("merge", "p1", "P2"), ("split", "p9", "--from", "2026-03-01"), ("link", "email", "x@corp.example", "Ann Lee")],
)
def test_a_person_that_no_roster_knows_is_refused(workspace: Workspace, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="nobody on any roster has this person_id"):
        run(workspace, *words)
    assert Vault(workspace).decisions.taken() == []


def test_what_never_is_a_person_is_neither_kept_nor_linked(workspace: Workspace) -> None:
    kept = {name.value for one in Vault(workspace).unknown_accounts("test") for name in one.names}
    assert "deploy[bot]" not in kept
    with pytest.raises(UsageError, match="never a person"):
        run(workspace, "link", "m365_concealed", "0A1B", "p1")


def test_unknown_accounts_are_kept_sealed_and_not_for_ever(workspace: Workspace) -> None:
    content = b"".join(path.read_bytes() for path in workspace.vault.iterdir())
    assert b"annlee" not in content
    assert b"zz-top" not in content
    load_everything(workspace, now=NOW + UNKNOWN_KEPT)
    assert len(Vault(workspace).unknown_accounts("test")) == 4
    load_everything(workspace, now=NOW + UNKNOWN_KEPT + timedelta(days=1))
    assert Vault(workspace).unknown_accounts("test") == []


def test_an_account_that_a_later_roster_names_is_no_longer_unknown(workspace: Workspace) -> None:
    row = "p4,zz@corp.example,Zoe Zed,zz-top"
    write(workspace.inbox / "people/people_2026-05-01.csv", ["person_id,email,name,github_login", row])
    load_everything(workspace, now=datetime(2026, 6, 2))
    kept = {one.names[0].value for one in Vault(workspace).unknown_accounts("test")}
    assert kept == {"bo-dahl_acme", "annlee", "bodahl@home.example"}
