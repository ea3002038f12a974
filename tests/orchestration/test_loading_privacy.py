"""No identifier of a person reaches the warehouse, its log or the ledger, whatever a file holds."""

from __future__ import annotations

import json

import duckdb
import pytest
from warehouse_workspace import ASSISTANT, NOW, TOOL, event, load_all, make_workspace, query, registry, usage_day, write

from orchestration.vault import Vault
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

CANARIES = 200


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """200 people in rosters, events, aggregates, absences, broken lines, texts and file names."""
    workspace = make_workspace(tmp_path_factory.mktemp("canaries"))
    inbox = workspace.inbox
    people = ["person_id,email,name,github_login,slack_id,manager_id,nickname,department"]
    people += [
        f"{_id(n)},{_mail(n)},{_name(n)},{_login(n)},SLK{_login(n)},{_id(n + 1)},{_name(n)},Sales" for n in _all()
    ]
    write(inbox / "people/people_2026-01-01.csv", [*people, f'{_id(3)},"broken {_mail(3)} {_name(3)}'])
    events = [event(n, user=_mail(n), reviewer=_mail(n + 1), note=f"as {_mail(n)} said") for n in _all()]
    events += [event(1000 + n, user=_id(n), subject=f"case of {_id(n)}", session_id=_id(n)) for n in _all()]
    events += [event(2000 + n, user={"namespace": "github_login", "value": _login(n)}, by=_login(n)) for n in _all()]
    events += [f'{{"id": "{_mail(n)}", "who": "{_name(n)}", "x": ' for n in _all()]
    events += [event(3000 + n, user=_mail(n), time=f"not a time, {_name(n)}") for n in _all()]
    write(inbox / TOOL / "events.jsonl", events)
    write(inbox / TOOL / f"export-{_mail(7)}.jsonl", [event(9001), "{broken"])
    write(inbox / ASSISTANT / "usage.ndjson", [usage_day(_login(n), "2026-03-02", owner=_login(n)) for n in _all()])
    absences = [f"{_id(n)},2026-02-01,2026-02-03,leave of {_mail(n)}" for n in _all()]
    write(inbox / "absences/a.csv", ["person_id,from,to,kind", *absences, f"{_id(5)},{_name(5)},x"])
    write(inbox / "training/t.csv", ["email,module,completed_at", *(f"{_mail(n)},m,2026-02-01" for n in _all())])
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(registry())
        report = load_all(warehouse)
        assert report.loaded == 200 * 7 + 1
        assert report.quarantined == 200 * 2 + 3
        _assert_clean(workspace)  # before the log is folded into the file
    return workspace


def _all() -> range:
    return range(CANARIES)


def _id(number: int) -> str:
    return f"kanari-pid-{number % CANARIES:03d}"


def _mail(number: int) -> str:
    return f"kanari.mail{number % CANARIES:03d}@corp.example"


def _name(number: int) -> str:
    return f"Kanarina Vogel{number % CANARIES:03d}"


def _login(number: int) -> str:
    return f"kanarigit{number % CANARIES:03d}"


def _assert_clean(workspace: Workspace) -> None:
    places = [workspace.warehouse, workspace.warehouse.with_name("warehouse.duckdb.wal")]
    places += [path for path in workspace.build.rglob("*") if path.is_file()]
    for path in places:
        content = path.read_bytes().lower() if path.exists() else b""
        assert b"kanari" not in content, path


def test_no_byte_of_an_identity_is_in_the_warehouse_or_its_log(loaded: Workspace) -> None:
    _assert_clean(loaded)


def test_not_even_where_compression_would_hide_it(loaded: Workspace) -> None:
    with duckdb.connect(str(loaded.warehouse)) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            for row in connection.execute(f'from "{schema}"."{table}"').fetchall():
                assert "kanari" not in repr(row).lower(), table


def test_the_vault_holds_them_sealed(loaded: Workspace) -> None:
    everything = b"".join(path.read_bytes() for path in loaded.vault.iterdir()).lower()
    assert b"kanari" not in everything
    vault = Vault(loaded)
    key = vault.lookup([_login(4)], "test")[_login(4)]
    assert key == vault.pseudonymiser.person_key(_id(4))


def test_the_raw_bytes_of_a_broken_line_can_be_read_with_the_key_alone(loaded: Workspace) -> None:
    with open_warehouse(loaded) as warehouse:
        entry = next(entry for entry in warehouse.quarantine(TOOL) if entry.reason_code == "not_json")
        [raw] = warehouse.quarantined_bytes(entry.load_id, entry.line_no)
    assert raw.startswith(b'{"id": "kanari.mail')


def test_records_still_join_to_people(loaded: Workspace) -> None:
    sql = """
        select count(distinct a.person_no) from raw.usage_event as e
        left join raw.identity_link as l on l.alias_no = e.alias_no
        join raw.identity_alias as a on a.alias_no in (e.alias_no, l.linked_alias_no)
    """
    assert query(loaded, sql) == [(CANARIES,)]


def test_a_token_stands_for_the_same_person_everywhere(loaded: Workspace) -> None:
    rows = query(loaded, "select attributes from raw.usage_event where event_id in ('e1', 'e2') order by event_id")
    first, second = (json.loads(row[0]) for row in rows)
    assert second["note"] == f"as {first['reviewer']} said"
