"""Rosters become spans: who was on the roster when, and to whom an alias belonged when."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from warehouse_workspace import NOW, TOOL, contents, event, load_everything, make_workspace, query, touch, write

from orchestration.vault import Vault
from orchestration.warehouse import LoadReport, open_warehouse
from orchestration.workspace import Workspace

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def _roster(workspace: Workspace, day: str, *rows: str, header: str = "person_id,email,department") -> Path:
    return write(workspace.inbox / f"people/people_{day}.csv", [header, *rows])


def _spans(workspace: Workspace, person_id: str) -> list[tuple[date, date, str | None]]:
    number = Vault(workspace).pseudonymiser.person_no(person_id)
    sql = f"select valid_from, valid_to, department from raw.person_span where person_no = {number} order by 1"
    return query(workspace, sql)


def test_the_first_roster_has_always_held(workspace: Workspace) -> None:
    _roster(workspace, "2026-02-01", "p1,p1@corp.example,Sales", "NA,na@corp.example,", "null,,Legal")
    load_everything(workspace)
    assert _spans(workspace, "p1") == [(FIRST, LAST, "Sales")]
    assert _spans(workspace, "NA") == [(FIRST, LAST, None)]
    assert _spans(workspace, "null") == [(FIRST, LAST, "Legal")]


def test_a_newer_roster_replaces_the_older_from_its_date(workspace: Workspace) -> None:
    _roster(workspace, "2026-01-01", "p1,,Sales", "p2,,Sales")
    _roster(workspace, "2026-02-01", "p1,,Legal", "p3,,Legal")
    load_everything(workspace)
    assert _spans(workspace, "p1") == [(FIRST, date(2026, 1, 31), "Sales"), (date(2026, 2, 1), LAST, "Legal")]
    assert _spans(workspace, "p2") == [(FIRST, date(2026, 1, 31), "Sales")]
    assert _spans(workspace, "p3") == [(date(2026, 2, 1), LAST, "Legal")]


def test_equal_spans_that_touch_are_one_and_a_gap_stays(workspace: Workspace) -> None:
    for month, people in ((1, "ab"), (2, "ab"), (3, "b"), (4, "ab")):
        _roster(workspace, f"2026-0{month}-01", *(f"{name},,Sales" for name in people))
    load_everything(workspace)
    assert _spans(workspace, "b") == [(FIRST, LAST, "Sales")]
    assert _spans(workspace, "a") == [(FIRST, date(2026, 2, 28), "Sales"), (date(2026, 4, 1), LAST, "Sales")]


def test_eligible_dates_clip_the_span(workspace: Workspace) -> None:
    header = "person_id,department,eligible_from,eligible_to"
    _roster(
        workspace,
        "2026-01-01",
        "p1,Sales,2026-01-15,2026-03-31",
        "p2,Sales,2027-01-01,",
        "p3,Sales,,2025-12-31",
        header=header,
    )
    _roster(workspace, "2026-02-01", "p1,Sales,2026-01-15,2026-03-31", "p3,Sales,,2025-12-31", header=header)
    load_everything(workspace)
    assert _spans(workspace, "p1") == [(date(2026, 1, 15), date(2026, 3, 31), "Sales")]
    assert _spans(workspace, "p2") == []
    assert _spans(workspace, "p3") == [(FIRST, date(2025, 12, 31), "Sales")]


def test_files_of_one_date_are_one_roster(workspace: Workspace) -> None:
    _roster(workspace, "2026-01-01", "p1,,Sales")
    write(workspace.inbox / "people/people_2026-01-01_plant.csv", ["person_id,department", "p2,Plant"])
    load_everything(workspace)
    assert _spans(workspace, "p1") == [(FIRST, LAST, "Sales")]
    assert _spans(workspace, "p2") == [(FIRST, LAST, "Plant")]


def test_a_roster_without_a_date_holds_from_when_it_was_read(workspace: Workspace) -> None:
    path = write(workspace.inbox / "people/staff.csv", ["person_id,department", "p1,Sales"])
    load_everything(workspace, now=datetime(2026, 3, 1, 9))
    write(path, ["person_id,department", "p1,Legal"])
    load_everything(workspace, now=datetime(2026, 4, 1, 9))
    write(path, ["person_id,department", "p1,Sales"])
    load_everything(workspace, now=datetime(2026, 5, 1, 9))
    expected = [
        (FIRST, date(2026, 3, 31), "Sales"),
        (date(2026, 4, 1), date(2026, 4, 30), "Legal"),
        (date(2026, 5, 1), LAST, "Sales"),
    ]
    assert _spans(workspace, "p1") == expected
    load_everything(workspace, now=datetime(2026, 6, 1, 9))
    load_everything(workspace, now=datetime(2026, 6, 2, 9), is_full=True)
    assert _spans(workspace, "p1") == expected


def test_an_unchanged_roster_under_a_new_date_is_read_and_merged(workspace: Workspace) -> None:
    _roster(workspace, "2026-01-01", "p1,,Sales")
    _roster(workspace, "2026-02-01", "p1,,Legal")
    _roster(workspace, "2026-03-01", "p1,,Sales")
    load_everything(workspace)
    assert [span[2] for span in _spans(workspace, "p1")] == ["Sales", "Legal", "Sales"]


def test_a_copy_of_a_roster_is_a_duplicate(workspace: Workspace) -> None:
    path = _roster(workspace, "2026-01-01", "p1,,Sales")
    load_everything(workspace)
    before = contents(workspace)
    write(workspace.inbox / "people/people_2026-01-01_copy.csv", path.read_text().splitlines())
    assert load_everything(workspace) == LoadReport(files=1, lines_read=2, duplicate=2)
    assert query(workspace, "select status from raw.load order by load_id desc limit 1") == [("duplicate_file",)]
    assert contents(workspace, but=frozenset({"roster_row"})) == {
        name: digest for name, digest in before.items() if name != "roster_row"
    }


def test_scim_users_who_are_not_active_are_not_on_the_roster(workspace: Workspace) -> None:
    users = [
        {"id": "1", "userName": "ann@corp.example", "active": True, "externalId": "E1"},
        {"id": "2", "userName": "bob@corp.example", "active": False},
    ]
    path = workspace.inbox / "people/people_2026-01-01.json"
    path.write_text(json.dumps({"schemas": [], "totalResults": 2, "Resources": users}))
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.person_span") == [(1,)]
    assert query(workspace, "select count(*) from raw.person") == [(2,)]


def test_an_alias_stays_with_its_holder_until_somebody_else_has_it(workspace: Workspace) -> None:
    _roster(workspace, "2026-01-01", "p1,desk@corp.example,", "p9,nine@corp.example,")
    _roster(workspace, "2026-02-01", "p9,nine@corp.example,")
    _roster(workspace, "2026-03-01", "p2,DESK@corp.example,", "p9,nine@corp.example,")
    load_everything(workspace)
    names = Vault(workspace).pseudonymiser
    rows = query(
        workspace,
        "select person_no, valid_from, valid_to from raw.identity_alias where namespace = 'email' "
        f"and alias_no = {names.alias_no('email', 'desk@corp.example')} order by valid_from nulls first",
    )
    assert rows == [
        (names.person_no("p1"), None, date(2026, 2, 28)),
        (names.person_no("p2"), date(2026, 3, 1), None),
    ]


def test_an_alias_that_two_people_hold_belongs_to_nobody(workspace: Workspace) -> None:
    _roster(workspace, "2026-01-01", "p1,desk@corp.example,", "p2,desk@corp.example,")
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.identity_alias where namespace = 'email'") == [(0,)]
    assert query(workspace, "select count(*) from raw.identity_alias where namespace = 'person_id'") == [(2,)]


def test_names_and_private_columns_stay_in_the_vault(workspace: Workspace) -> None:
    _roster(
        workspace,
        "2026-01-01",
        "p1,p1@corp.example,Ann Lee,Ann,0123-456,grade-7,boss@corp.example",
        header="person_id,email,name,displayName,mobile_phone,grade,mentor",
    )
    load_everything(workspace)
    [(attributes,)] = query(workspace, "select attributes from raw.person_span")
    found = json.loads(attributes)
    assert found["grade"] == "grade-7"
    assert found["mentor"].startswith("person:")
    assert set(found) == {"grade", "mentor"}
    vault = Vault(workspace)
    person = vault.reveal([vault.pseudonymiser.person_key("p1")], "test").popitem()[1]
    assert person is not None
    assert person.name == "Ann Lee"
    assert person.details["mobile_phone"] == "0123-456"


def test_managers_and_working_days_are_kept(workspace: Workspace) -> None:
    header = "person_id,manager_id,fte,working_days,location"
    _roster(workspace, "2026-01-01", 'p1,boss,0.6,"mon,tue,wed",Berlin', "boss,,1,,Berlin", header=header)
    load_everything(workspace)
    names = Vault(workspace).pseudonymiser
    rows = query(
        workspace,
        "select manager_no, fte, working_days, location from raw.person_span "
        f"where person_no = {names.person_no('p1')}",
    )
    assert rows == [(names.person_no("boss"), 0.6, 0b111, "Berlin")]


def test_the_other_company_files_are_loaded(workspace: Workspace) -> None:
    inbox = workspace.inbox
    write(inbox / "absences/a.csv", ["person_id,from,to,kind", "p1,2026-02-02,2026-02-13,leave"])
    write(inbox / "outages/o.csv", ["tool_id,from,to", f"{TOOL},2026-02-02T08:00:00Z,2026-02-02T10:00:00Z"])
    write(inbox / "training/t.csv", ["email,module,completed_at", "p1@corp.example,basics,2026-02-02"])
    write(
        inbox / "work_items/w.csv",
        ["item_id,person_id,tool_id,kind,opened_at,closed_at", f"i1,p1,{TOOL},invoice,2026-02-02,"],
    )
    write(inbox / f"eligible/{TOOL}_2026.csv", ["person_id,from,to", "p1,2026-01-01,", "p2,,"])
    write(inbox / "eligible/unknown-tool.csv", ["person_id,from,to", "p1,,"])
    report = load_everything(workspace)
    assert (report.loaded, report.blank, report.quarantined) == (6, 5, 0)
    names = Vault(workspace).pseudonymiser
    assert query(workspace, "select person_no, first_date, last_date, kind from raw.absence") == [
        (names.person_no("p1"), date(2026, 2, 2), date(2026, 2, 13), "leave")
    ]
    assert query(workspace, "select tool_id, ends_at from raw.outage") == [(TOOL, datetime(2026, 2, 2, 10))]
    assert query(workspace, "select alias_no, module from raw.training_completion") == [
        (names.alias_no("email", "p1@corp.example"), "basics")
    ]
    assert query(workspace, "select item_id, alias_no, closed_at from raw.work_item") == [
        ("i1", names.alias_no("person_id", "p1"), None)
    ]
    assert query(workspace, "select count(*), any_value(tool_id) from raw.eligible") == [(2, TOOL)]
    assert query(workspace, "select path from raw.load where status = 'refused'") == [
        ("inbox/eligible/unknown-tool.csv",)
    ]


def test_the_newest_file_is_right_about_a_work_item(workspace: Workspace) -> None:
    header = "item_id,person_id,tool_id,kind,opened_at,closed_at"
    folder = workspace.inbox / "work_items"
    write(folder / "b.csv", [header, f"i1,p1,{TOOL},invoice,2026-02-02,"], at=datetime(2026, 2, 3))
    load_everything(workspace)
    write(folder / "a.csv", [header, f"i1,p1,{TOOL},invoice,2026-02-02,2026-02-05"], at=datetime(2026, 2, 6))
    load_everything(workspace)
    assert query(workspace, "select closed_at from raw.work_item") == [(datetime(2026, 2, 5),)]
    touch(folder / "b.csv", datetime(2026, 2, 9))
    load_everything(workspace)
    assert query(workspace, "select closed_at from raw.work_item") == [(None,)]


def test_every_alias_seen_on_a_record_is_known_and_linked(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", [event(1, user="ann@corp.example")])
    load_everything(workspace)
    names = Vault(workspace).pseudonymiser
    rows = dict(query(workspace, "select namespace, alias_no from raw.unresolved_namespace"))
    assert rows == {
        namespace: names.alias_no(namespace, "ann@corp.example") for namespace in ("email", "upn", "person_id")
    }
    assert query(workspace, "select count(*), count(distinct alias_no) from raw.identity_link") == [(2, 1)]


def test_listed_people_become_aliases(workspace: Workspace) -> None:
    with open_warehouse(workspace, now=NOW) as warehouse:
        listed = [{"tool_id": TOOL, "namespace": "email", "value": "Ann@corp.example"}]
        warehouse.replace_registry({"eligible_listed": listed})
        expected = warehouse.vault.pseudonymiser.alias_no("email", "ann@corp.example")
    assert query(workspace, "select tool_id, alias_no from raw.eligible_listed") == [(TOOL, expected)]


def test_a_column_the_company_names_as_identifier_is_one(workspace: Workspace) -> None:
    """people.yml `namespaces: [badge_no]`: the column joins to logs that name badges, and stands nowhere in clear."""
    write(workspace.inbox / "people/people_2026-01-01.csv", ["person_id,department,badge_no", "p1,Sales,BADGE-77431"])
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry({"identity_column": [{"column_name": "badge_no"}]})
    load_everything(workspace)
    number = Vault(workspace).pseudonymiser.alias_no("badge_no", "BADGE-77431")
    person = Vault(workspace).pseudonymiser.person_no("p1")
    assert query(workspace, "select person_no from raw.identity_alias where namespace = 'badge_no'") == [(person,)]
    assert query(workspace, f"select count(*) from raw.identity_alias where alias_no = {number}") == [(1,)]
    assert query(workspace, "select attributes from raw.roster_row") in ([(None,)], [("{}",)])
    assert b"BADGE-77431" not in workspace.warehouse.read_bytes()


def test_a_roster_is_read_by_the_names_that_the_company_gives_its_columns(workspace: Workspace) -> None:
    """people.yml `columns: {person_id: Badge, department: Abteilung}`."""
    write(workspace.inbox / "people/people_2026-01-01.csv", ["Badge;Abteilung", "p1;Sales", "p2;Finance"])
    with open_warehouse(workspace, now=NOW) as warehouse:
        named = {"person_id": "badge", "department": "Abteilung"}
        rows = [{"column_name": ours, "source_name": theirs} for ours, theirs in named.items()]
        warehouse.replace_registry({"roster_column": rows})
    load_everything(workspace)
    assert query(workspace, "select department from raw.person_span order by 1") == [("Finance",), ("Sales",)]


def test_a_roster_that_nobody_could_read_is_read_once_its_columns_are_named(workspace: Workspace) -> None:
    write(workspace.inbox / "people/people_2026-01-01.csv", ["Badge,Dept", "p1,Sales"])
    load_everything(workspace)
    assert query(workspace, "select reason_code from raw.quarantine") == [("wrong_columns",)]
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry({"roster_column": [{"column_name": "person_id", "source_name": "Badge"}]})
        warehouse.forget_loads()
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.quarantine") == [(0,)]
    assert query(workspace, "select department from raw.person_span") == [("Sales",)]


def test_a_roster_refused_for_its_header_is_loaded_by_a_replay_once_its_columns_are_named(workspace: Workspace) -> None:
    write(workspace.inbox / "people/people_2026-01-01.csv", ["Badge,Dept", "p1,Sales", "", "p2,Sales"])
    load_everything(workspace)
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry({"roster_column": [{"column_name": "person_id", "source_name": "Badge"}]})
        report = warehouse.replay()
        warehouse.verify_ledger()
    assert (report.mended, report.remaining) == (4, 0)
    counts = "select lines_read, lines_loaded, lines_quarantined, lines_blank from raw.load"
    assert query(workspace, counts) == [(4, 2, 0, 2)]
    assert query(workspace, "select count(*) from raw.person_span") == [(2,)]


def test_a_roster_cannot_say_whose_a_concealed_name_is(workspace: Workspace) -> None:
    header = "person_id,email,m365_concealed,viva_person_id"
    _roster(workspace, "2026-02-01", "p1,p1@corp.example,0A1B2C3D4E5F60718293A4B5C6D7E8F9,v-1", header=header)
    load_everything(workspace)
    found = {row[0] for row in query(workspace, "select distinct namespace from raw.identity_alias")}
    assert found == {"email", "email_sha1", "email_sha256", "person_id"}
