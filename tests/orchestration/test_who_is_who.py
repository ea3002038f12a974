"""Merged and split people through whole runs: history before and after, in any order, and undone without a trace."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from history_workspace import Firm, Move
from warehouse_workspace import load_everything, make_workspace, query, write

from orchestration.identity_decisions import Decision
from orchestration.run_stamp import stamp_now
from orchestration.sources.records import Identity
from orchestration.vault import Vault
from orchestration.workspace import Workspace

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def roster(workspace: Workspace, day: str, *rows: str, header: str = "person_id,email,department") -> None:
    write(workspace.inbox / f"people/people_{day}.csv", [header, *rows])


def decide(workspace: Workspace, *decisions: Decision) -> None:
    Vault(workspace).decisions.take(list(decisions), "test")


def spans(workspace: Workspace, person: str) -> list[tuple[Any, ...]]:
    number = Vault(workspace).pseudonymiser.person_no(person)
    sql = f"select valid_from, valid_to, department from raw.person_span where person_no = {number} order by 1"
    return query(workspace, sql)


def holders(workspace: Workspace, namespace: str, value: str, people: Iterable[str]) -> list[tuple[Any, ...]]:
    names = Vault(workspace).pseudonymiser
    called = {names.person_no(person): person for person in people}
    sql = (
        "select person_no, valid_from, valid_to from raw.identity_alias "
        f"where alias_no = {names.alias_no(namespace, value)} order by valid_from nulls first"
    )
    return [(called[number], first, last) for number, first, last in query(workspace, sql)]


def people(workspace: Workspace) -> int:
    return int(query(workspace, "select count(*) from raw.person")[0][0])


def test_who_was_rehired_under_a_new_number_has_one_history(workspace: Workspace) -> None:
    roster(workspace, "2026-01-01", "old,ann@example.com,Sales")
    roster(workspace, "2026-02-01", "x,x@example.com,Sales")
    roster(workspace, "2026-03-01", "new,ann.lee@example.com,Legal")
    write(workspace.inbox / "absences/a.csv", ["person_id,from,to,kind", "old,2026-01-12,2026-01-13,leave"])
    decide(workspace, Decision("merge", "new", "old"))
    load_everything(workspace)
    assert spans(workspace, "new") == [(FIRST, date(2026, 1, 31), "Sales"), (MARCH, LAST, "Legal")]
    assert spans(workspace, "old") == []
    assert people(workspace) == 2
    for mail in ("ann@example.com", "ann.lee@example.com"):
        assert holders(workspace, "email", mail, ["new"]) == [("new", None, None)]
    absences = query(workspace, "select person_no, first_date, last_date from raw.known_absence")
    number = Vault(workspace).pseudonymiser.person_no("new")
    assert absences == [(number, date(2026, 1, 12), date(2026, 1, 13))]


def test_of_two_ids_listed_for_the_same_days_the_one_that_stays_counts(workspace: Workspace) -> None:
    header = "person_id,department,eligible_from,eligible_to"
    rows = ["contractor,Vendor,,2026-02-14", "employee,Sales,2026-02-01,"]
    roster(workspace, "2026-01-01", *rows, header=header)
    load_everything(workspace)
    decide(workspace, Decision("merge", "employee", "contractor"))
    load_everything(workspace)
    assert spans(workspace, "employee") == [(FIRST, date(2026, 1, 31), "Vendor"), (FEBRUARY, LAST, "Sales")]


def test_an_id_that_was_given_to_somebody_else_is_two_people(workspace: Workspace) -> None:
    roster(workspace, "2026-01-01", "7,ann@example.com,Sales", "boss,,Sales")
    roster(workspace, "2026-04-01", "7,bob@example.com,Legal", "boss,,Sales")
    write(workspace.inbox / "absences/a.csv", ["person_id,from,to,kind", "7,2026-02-27,2026-03-02,leave"])
    load_everything(workspace)
    assert len(spans(workspace, "7")) == 2
    decide(workspace, Decision("split", "7", first=MARCH))
    load_everything(workspace)
    both = ["7", "7~2026-03-01"]
    assert spans(workspace, "7") == [(FIRST, date(2026, 2, 28), "Sales")]
    assert spans(workspace, both[1]) == [(MARCH, date(2026, 3, 31), "Sales"), (date(2026, 4, 1), LAST, "Legal")]
    assert holders(workspace, "person_id", "7", both) == [("7", None, date(2026, 2, 28)), (both[1], MARCH, None)]
    assert holders(workspace, "email", "bob@example.com", both) == [(both[1], None, None)]
    names = Vault(workspace).pseudonymiser
    assert query(workspace, "select person_no, first_date, last_date from raw.known_absence order by 2") == [
        (names.person_no("7"), date(2026, 2, 27), date(2026, 2, 28)),
        (names.person_no(both[1]), MARCH, date(2026, 3, 2)),
    ]


def test_who_shares_an_alias_with_a_split_id_is_asked_again_on_the_day(workspace: Workspace) -> None:
    roster(workspace, "2026-01-01", "7,desk@example.com,Sales", "8,desk@example.com,Sales")
    load_everything(workspace)
    decide(workspace, Decision("split", "7", first=MARCH))
    load_everything(workspace)
    assert holders(workspace, "email", "desk@example.com", ["7", "8", "7~2026-03-01"]) == []


def test_a_decision_about_an_account_goes_before_the_roster_in_its_days(workspace: Workspace) -> None:
    roster(workspace, "2026-01-01", "ann,desk@example.com,", "bob,bob@example.com,")
    load_everything(workspace)
    desk = Identity("email", "Desk@Example.com")
    decide(
        workspace,
        Decision("link", "bob", account=desk, first=FEBRUARY, last=date(2026, 2, 28)),
        Decision("unlink", account=desk, first=MARCH, last=date(2026, 3, 31)),
    )
    load_everything(workspace)
    assert holders(workspace, "email", "desk@example.com", ["ann", "bob"]) == [
        ("ann", None, date(2026, 1, 31)),
        ("bob", FEBRUARY, date(2026, 2, 28)),
        ("ann", date(2026, 4, 1), None),
    ]


def test_decisions_and_rosters_come_in_any_order_and_any_number_of_times(tmp_path: Path) -> None:
    decisions = [
        Decision("merge", "b", "a"),
        Decision("merge", "c", "b", first=FEBRUARY),
        Decision("split", "c", first=MARCH),
        Decision("link", "a", account=Identity("email", "z@example.com")),
    ]
    tables = set()
    key = None
    for number, order in enumerate(itertools.permutations(decisions, 4)):
        if number % 5:
            continue
        workspace = make_workspace(tmp_path / str(number))
        Vault(workspace)
        key = key or (workspace.vault / "key").read_bytes()
        (workspace.vault / "key").write_bytes(key)
        roster(workspace, "2026-01-01", "a,a@example.com,Sales", "b,,Legal", "c,c@example.com,Sales")
        decide(workspace, *order[: number % 4])
        load_everything(workspace)
        decide(workspace, *order[number % 4 :])
        load_everything(workspace)
        load_everything(workspace)
        tables.add(_spans_and_aliases(workspace))
    assert len(tables) == 1


def _spans_and_aliases(workspace: Workspace) -> str:
    rows = [query(workspace, f"from raw.{table} order by all") for table in ("person_span", "identity_alias", "person")]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


MONDAY, NEXT, LATER = date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)
AS_OF = date(2026, 1, 20)


def figures(firm: Firm) -> list[tuple[Any, ...]]:
    """Everything published about people, but the names of the publication."""
    columns = "tool_id, week_start, status, reason, uses, active_days, rules_violated, person_key"
    return firm.rows(f"select {columns} from fct_person_tool_week order by all") + firm.rows(
        "select * from fct_adoption_week order by all"
    )


@pytest.mark.slow
def test_a_merge_moves_all_history_and_undoing_it_restores_every_figure(tmp_path: Path) -> None:
    firm = Firm.found(tmp_path, {"a": 4, "b": 3})
    firm.decisions(*((f"a{n}", day, 0.9) for n in range(3) for day in (MONDAY, NEXT)))
    firm.decisions(("b2", MONDAY, 0.1))
    firm.run(AS_OF)
    before = figures(firm)
    stamp = stamp_now(firm.workspace, "x")
    key = Vault(firm.workspace).pseudonymiser.person_key
    decide(firm.workspace, Decision("merge", "a3", "b2"))
    assert stamp_now(firm.workspace, "x") != stamp, "a decision is news to the next run"

    merged = firm.run(AS_OF, is_tested=True)
    found = dict(
        firm.rows(f"select person_key, status from fct_person_tool_week where week_start = '{MONDAY}'"),
    )
    assert len(found) == 6
    assert found[key("a3")] == "incorrect_user", "what b2 did is what a3 did"
    assert key("b2") not in found
    assert firm.statuses(MONDAY) == {"correct_user": 3, "incorrect_user": 1, "non_user": 2}
    moves = firm.total(merged, MONDAY)
    assert all(move.adds_up for move in moves.values())
    assert moves["non_user"] == Move(3, 2, behaviour=-1)
    assert moves["incorrect_user"].population == -1

    firm.run(AS_OF)
    after = figures(firm)
    firm.run(AS_OF, full=True)
    assert figures(firm) == after, "reading everything anew changes nothing"

    Vault(firm.workspace).decisions.undo(1, "two people after all")
    firm.run(AS_OF)
    assert figures(firm) == before


@pytest.mark.slow
def test_a_split_gives_each_person_their_own_weeks_and_undoing_it_restores_every_figure(tmp_path: Path) -> None:
    firm = Firm.found(tmp_path, {"a": 3})
    firm.decisions(("a0", MONDAY, 0.1), ("a0", NEXT, 0.9), ("a1", LATER, 0.9))
    firm.run(AS_OF)
    before = figures(firm)
    key = Vault(firm.workspace).pseudonymiser.person_key
    decide(firm.workspace, Decision("split", "a0", first=NEXT))
    firm.run(AS_OF, is_tested=True)
    rows = firm.rows(
        "select person_key, week_start, status from fct_person_tool_week "
        f"where person_key in ('{key('a0')}', '{key('a0~2026-01-12')}') order by week_start"
    )
    assert rows == [
        (key("a0"), MONDAY, "incorrect_user"),
        (key("a0~2026-01-12"), NEXT, "correct_user"),
    ]
    Vault(firm.workspace).decisions.undo(1, "")
    firm.run(AS_OF)
    assert figures(firm) == before


@pytest.mark.slow
def test_an_unknown_account_counts_once_somebody_has_said_whose_it_is(tmp_path: Path) -> None:
    firm = Firm.found(tmp_path, {"a": 2})
    firm.decisions(("nobody", MONDAY, 0.9), ("a1", MONDAY, 0.9), ("a1", NEXT, 0.9))
    firm.run(AS_OF)
    assert firm.statuses(MONDAY) == {"correct_user": 1, "non_user": 1}
    coverage = "select records, resolved_records, aliases, resolved_aliases from fct_identity_coverage"
    assert firm.rows(coverage) == [(3, 2, 2, 1)]
    decide(firm.workspace, Decision("link", "a0", account=Identity("email", "Nobody@example.com")))
    firm.run(AS_OF)
    assert firm.statuses(MONDAY) == {"correct_user": 2}
    assert firm.rows(coverage) == [(3, 3, 2, 2)]
