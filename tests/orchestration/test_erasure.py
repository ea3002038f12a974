"""Erasing a person: no byte of them is left, nobody else loses anything, and nothing brings them back."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from warehouse_workspace import ASSISTANT, NOW, TOOL, event, load_everything, make_workspace, query, usage_day, write

from orchestration import publication
from orchestration.erased import Erased, Marks, pattern_of
from orchestration.erasing import work
from orchestration.erasing.work import erase
from orchestration.errors import DataError, UsageError
from orchestration.identity_decisions import Decision
from orchestration.loading.bulk import reading
from orchestration.training_plans import Entry
from orchestration.vault import Vault
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
from tests.conftest import takeup
from tests.dashboards.contracts import schema

PERSON, EMAIL, LOGIN, NAME = "q-4711-canary", "zelda.canary@corp.example", "octo-zelda", "Zelda Quiescent"
CANARIES = (PERSON, EMAIL, LOGIN, NAME)
EARLY = datetime(2026, 4, 1)
ROSTER = (
    "person_id,name,email,github_login,department,manager_id",
    "p-1,Ann One,user1@corp.example,octo-ann,Sales,q-4711-canary",
    "p-2,Bob Two,user2@corp.example,octo-bob,Sales,",
    f"{PERSON},{NAME},{EMAIL},{LOGIN},Sales,",
)


def events(first: int, count: int) -> list[str]:
    """Every third is the canary's."""
    return [event(n, user=EMAIL if n % 3 == 0 else f"user{n % 3}@corp.example") for n in range(first, first + count)]


def lay(root: Path) -> Workspace:
    workspace = make_workspace(root)
    write(workspace.inbox / "people/people_2026-01-01.csv", ROSTER, at=EARLY)
    write(workspace.inbox / TOOL / "a.jsonl", [*events(0, 9), f'{{"broken": "{EMAIL}"', '{"broken": 1'], at=EARLY)
    write(workspace.inbox / TOOL / "b.jsonl.gz", events(9, 6), at=EARLY)
    days = [usage_day(login, f"2026-03-0{day}") for day in (2, 3) for login in (LOGIN, "octo-ann")]
    write(workspace.inbox / ASSISTANT / "days.ndjson", days, at=EARLY)
    training = [f"{PERSON},CT-1,2026-02-01", "p-1,CT-1,2026-02-02"]
    write(workspace.inbox / "training/done.csv", ["person_id,module,completed_at", *training], at=EARLY)
    write(workspace.inbox / "absences/away.csv", ["person_id,from,to,kind", f"{PERSON},2026-02-01,2026-02-05,leave"])
    return workspace


def publish(workspace: Workspace, publication_id: str) -> Path:
    """A publication with a row of every person; the figures of all stay what they were."""
    workspace.build.mkdir(exist_ok=True)
    workspace.marts.unlink(missing_ok=True)
    keys = [(Vault(workspace).pseudonymiser.person_key(person),) for person in ("p-1", "p-2", PERSON)]
    with duckdb.connect(str(workspace.marts)) as connection:
        connection.execute(schema())
        connection.executemany("insert into dim_person by name select ? as person_key", keys)
        connection.execute("update dim_person set manager_key = ? where person_key = ?", [keys[2][0], keys[0][0]])
        connection.execute("insert into fct_adoption_week by name select 3 as eligible")
        published = "select ? as publication_id, timestamp '2026-04-01' + ?::int * interval 1 day as published_at"
        connection.execute(f"insert into dim_publication by name {published}", [publication_id, publication_id])
    return publication.publish(workspace, publication_id)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = lay(tmp_path / "w")
    load_everything(found)
    publish(found, "1")
    publish(found, "2")
    return found


def erased(workspace: Workspace, who: str = PERSON) -> work.Outcome:
    return erase(workspace, [who], "a request", lambda _: True)


def contents(workspace: Workspace) -> Iterator[tuple[Path, bytes]]:
    """Every file of the workspace, those of the vault too, as it stands and decompressed."""
    for path in workspace.root.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            yield path, raw + (gzip.decompress(raw) if path.suffix == ".gz" else b"")


def traces(workspace: Workspace) -> list[str]:
    """Where a name, key or number of the canary stands in the bytes of a file."""
    names = Vault(workspace).pseudonymiser
    pairs = [("person_id", PERSON), ("email", EMAIL), ("github_login", LOGIN), ("github_user_id", _login_id())]
    numbers = [names.person_no(PERSON), *(names.alias_no(*pair) for pair in pairs)]
    wanted = [*(one.encode() for one in CANARIES), names.person_key(PERSON).encode()]
    wanted += [number.to_bytes(8, "little", signed=True) for number in numbers]
    return [
        f"{path.relative_to(workspace.root)}: {one!r}"
        for path, raw in contents(workspace)
        for one in wanted
        if one in raw
    ]


def _login_id() -> str:
    return str(sum(LOGIN.encode()))


def others(workspace: Workspace) -> list[Any]:
    """What the warehouse holds of everybody else, under whichever load."""
    number = Vault(workspace).pseudonymiser.alias_no
    own = ", ".join(str(number(*pair)) for pair in (("email", EMAIL), ("github_login", LOGIN)))
    mine = Vault(workspace).pseudonymiser.person_no(PERSON)
    return [
        query(workspace, f"select * from raw.usage_event where alias_no not in ({own}) order by event_no"),
        query(workspace, f"select * from raw.usage_aggregate where alias_no not in ({own}) order by record_key"),
        query(
            workspace, f"select * exclude manager_no from raw.roster_row where person_no <> {mine} order by person_no"
        ),
        query(workspace, f"select * from raw.identity_alias where person_no <> {mine} order by all"),
    ]


def test_no_byte_is_left_and_nobody_else_loses_anything(workspace: Workspace) -> None:
    assert len({line.split(":")[0] for line in traces(workspace)}) > 6
    before = others(workspace)
    times = {path: path.stat().st_mtime_ns for path in workspace.inbox.rglob("*") if path.is_file()}
    outcome = erased(workspace)
    assert outcome.left == []
    assert traces(workspace) == []
    assert others(workspace) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert query(workspace, "select count(*) from raw.quarantine") == [(1,)]
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.verify_ledger()
    assert Vault(workspace).lookup([PERSON, EMAIL], "test") == {PERSON: None, EMAIL: None}
    assert (workspace.inbox / "people/people_2026-01-01.csv").read_text().splitlines() == [
        ROSTER[0],
        ROSTER[1].replace(PERSON, "erased-person"),
        ROSTER[2],
    ]


def test_a_training_plan_holds_without_them_and_one_that_was_altered_stays_refused(workspace: Workspace) -> None:
    names = Vault(workspace).pseudonymiser
    entries = [
        Entry(names.person_key(one), TOOL, "r", 1, "CT-1 Four eyes", "CT-1", "major", 9, 3, EARLY.date())
        for one in ("p-1", PERSON)
    ]
    with open_warehouse(workspace, now=NOW) as warehouse:
        for _ in range(2):
            warehouse.keep_training_plan("1", 0.0, None, NOW.date(), entries)
    erased(workspace)
    with open_warehouse(workspace, now=NOW) as warehouse:
        plans = warehouse.training_plans()
        assert [[one.person_key for one in plan.entries] for plan in plans] == [[names.person_key("p-1")]] * 2
        warehouse.session.run("update raw.training_plan_entry set arm = 'hold_out' where plan_id like '%-2'")
    erased(workspace, "p-2")
    with (
        open_warehouse(workspace, now=NOW) as warehouse,
        pytest.raises(DataError, match=r"-2 was changed"),
    ):
        warehouse.training_plans()


def test_publications_keep_their_names_and_the_figures_of_all(workspace: Workspace) -> None:
    before = sorted(path.name for path in workspace.published.iterdir())
    latest = publication.latest_publication(workspace)
    erased(workspace)
    assert sorted(path.name for path in workspace.published.iterdir()) == before
    assert publication.latest_publication(workspace) == latest is not None
    with duckdb.connect(str(latest), read_only=True) as connection:
        assert connection.execute("select count(*), count(manager_key) from dim_person").fetchall() == [(2, 0)]
        assert connection.execute("select eligible from fct_adoption_week").fetchall() == [(3,)]


def test_a_rewritten_file_is_not_read_again(workspace: Workspace) -> None:
    erased(workspace)
    before = query(workspace, "select count(*), max(effective_date) from raw.load")
    report = load_everything(workspace, now=datetime(2026, 7, 1))
    assert report.lines_read == 0
    assert query(workspace, "select count(*), max(effective_date) from raw.load") == before


@pytest.mark.parametrize("is_bulk", [False, True])
def test_what_is_dropped_again_counts_as_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_bulk: bool
) -> None:
    monkeypatch.setattr(reading, "LEAST_BYTES", 0 if is_bulk else 1 << 40)
    workspace = lay(tmp_path / "w")
    load_everything(workspace)
    originals = {path: path.read_bytes() for path in workspace.inbox.rglob("*") if path.is_file()}
    erased(workspace)
    before = others(workspace)
    for path, content in originals.items():
        path.write_bytes(content)
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    extra = [event(n, user=EMAIL if n % 2 else "user1@corp.example") for n in range(100, 140)]
    write(workspace.inbox / TOOL / "new.jsonl", [*extra, f'{{"again": "{EMAIL}'])
    load_everything(workspace, now=datetime(2026, 7, 1))
    loads = dict(query(workspace, "select path, lines_blank from raw.load where load_id > 6 and status = 'loaded'"))
    assert loads[f"inbox/{TOOL}/new.jsonl"] == 21
    assert query(workspace, "select count(*) from raw.usage_event where event_id like 'e1__'") == [(20,)]
    assert [len(rows) for rows in others(workspace)] == [len(before[0]) + 20, *map(len, before[1:])]
    names = Vault(workspace).pseudonymiser
    mine = [names.person_no(PERSON), names.alias_no("email", EMAIL), names.alias_no("github_login", LOGIN)]
    for number in mine:
        assert number.to_bytes(8, "little", signed=True) not in workspace.warehouse.read_bytes()
    assert Vault(workspace).lookup([PERSON], "test") == {PERSON: None}


def test_a_dry_run_changes_nothing(workspace: Workspace) -> None:
    kept = [
        path for path in workspace.root.rglob("*") if path.is_file() and path.name not in ("access.log", "writer.lock")
    ]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in kept if path.suffix != ".db"}
    told = takeup("erase", EMAIL, "-w", str(workspace.root), "--why", "look", "--dry-run", "--json")
    assert told.returncode == 0
    document = json.loads(told.stdout)
    assert document["is_done"] is False
    assert document["people"][0]["rows"]["raw.usage_event"] == 5
    assert document["people"][0]["quarantined"] == 1
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before
    assert not Vault(workspace).erasures.erased()


def test_nobody_is_erased_unasked(workspace: Workspace) -> None:
    assert takeup("erase", PERSON, "-w", str(workspace.root), "--why", "look").returncode == 2
    assert takeup("erase", "nobody@corp.example", "-w", str(workspace.root), "--why", "x", "--yes").returncode == 2
    assert not Vault(workspace).erasures.erased()


@pytest.mark.parametrize(
    "step",
    ["_clean_files", "rewrite", "publication_anew", "strike_quarantine", "write_anew", "_end"],
)
def test_what_ends_in_the_middle_is_ended_by_the_same_command(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = others(workspace)

    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(work, step, fail)
        erased(workspace)
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.verify_ledger()
    assert erased(workspace, EMAIL).left == []
    assert traces(workspace) == []
    assert others(workspace) == before


def test_documents_and_what_nobody_reads_are_named(workspace: Workspace) -> None:
    document = write(
        workspace.inbox / ASSISTANT / "page.json",
        [f"[{usage_day(LOGIN, '2026-03-04')},", f"{usage_day('octo-bob', '2026-03-04')}]"],
    )
    notes = write(workspace.root / "landing/README.md", [f"ask {NAME}"])
    told = takeup("people", "erase", PERSON, "-w", str(workspace.root), "--why", "request", "--yes")
    assert told.returncode == 1
    assert str(document) in told.stderr
    assert str(notes) in told.stderr
    assert LOGIN in document.read_text()
    document.unlink()
    notes.unlink()
    again = takeup("people", "erase", PERSON, "-w", str(workspace.root), "--why", "request", "--yes")
    assert again.returncode == 0, again.stderr
    assert traces(workspace) == []
    assert Vault(workspace).erasures.pending() == []


def test_decisions_and_configuration_are_settled_first(workspace: Workspace) -> None:
    vault = Vault(workspace)
    vault.decisions.take([Decision("merge", "p-1", PERSON)], "test")
    with pytest.raises(UsageError, match="take them back first"):
        erased(workspace, PERSON)
    vault.decisions.undo(1, "test")
    workspace.tools_file.write_text(f"tools: []  # ask {EMAIL}\n")
    with pytest.raises(UsageError, match="name somebody else there"):
        erased(workspace)


def test_a_broken_table_that_names_them_keeps_what_it_says_of_others(tmp_path: Path) -> None:
    workspace = lay(tmp_path / "w")
    write(workspace.inbox / "absences/away.csv", ["person,begin", f"{PERSON},2026-02-01", "p-2,2026-03-01"], at=EARLY)
    load_everything(workspace)
    assert erased(workspace).left == []
    assert traces(workspace) == []
    assert (
        workspace.inbox / "absences/away.csv"
    ).read_text() == "person,begin\nerased-person,2026-02-01\np-2,2026-03-01\n"
    assert load_everything(workspace).lines_read == 0


def test_a_name_that_somebody_else_has_too_stays_theirs(tmp_path: Path) -> None:
    workspace = lay(tmp_path / "w")
    shared = [*ROSTER, f"p-9,Eve Nine,user9@corp.example,{LOGIN},Sales,"]
    write(workspace.inbox / "people/people_2026-01-01.csv", shared, at=EARLY)
    load_everything(workspace)
    assert erased(workspace).left == []
    assert LOGIN in (workspace.inbox / ASSISTANT / "days.ndjson").read_text()
    assert f"p-9,Eve Nine,user9@corp.example,{LOGIN}" in (workspace.inbox / "people/people_2026-01-01.csv").read_text()


@pytest.mark.slow
def test_the_next_run_says_why_the_figures_have_moved(built_company: Workspace, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "company")
    shutil.copytree(built_company.root, workspace.root, symlinks=True)
    with (workspace.build / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    by_hand = {row["person_id"] for row in rows if row["tool_id"] in {"code-assistant", "coding-agent"}}
    person = next(
        row["person_id"] for row in rows if row["enough_evidence"] == "true" and row["person_id"] not in by_hand
    )
    for name in ("truth.csv", "truth_training.csv"):  # the planted truth of the synthetic company names everybody
        (workspace.build / name).unlink()
    told = takeup("erase", person, "-w", str(workspace.root), "--why", "request", "--yes")
    assert told.returncode == 0, told.stdout + told.stderr
    told = takeup("run", "--no-pull", "-w", str(workspace.root))
    assert told.returncode == 0, told.stdout + told.stderr
    moved = "select sum(population), sum(abs(behaviour)), sum(abs(rule)) from fct_restatement where org_level = 'total'"
    with duckdb.connect(str(workspace.latest), read_only=True) as connection:
        ((gone, behaviour, rule),) = connection.execute(moved).fetchall()
    assert gone < 0 == behaviour == rule


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ('{"u":"Zelda.Canary@corp.example"}', True),
        ("mailto:zelda.canary@corp.example.", True),
        ("ask @octo-zelda, please", True),
        ('{"name": "Zo\\u00eb Quiescent"}', True),
        ("mary-zelda.canary@corp.example", False),
        ("zelda.canary@corp.example.au", False),
        ("octo-zelda-2", False),
        ("xocto-zelda", False),
    ],
)
def test_names_are_known_as_whole_tokens_alone(text: str, *, is_named: bool) -> None:
    names = [EMAIL, LOGIN, "Zoë Quiescent"]
    marks = Marks(bytes(32))
    known = Erased(marks, dict(marks.rows([7], names)))
    assert known.is_named_in(text.encode()) is is_named
    assert (known.hide(text.encode()) != text.encode()) is is_named
    assert bool(pattern_of(names).search(text.encode())) is is_named
    assert known.has_number(7)
    assert not known.has_number(8)
