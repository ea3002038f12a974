"""Who flips between two files of marts, and what a reader can not work out from the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from orchestration.simulate import (
    ALL_UNITS,
    OTHER_UNITS,
    ClassCount,
    Flip,
    PersonFlip,
    Simulation,
    UnitFlip,
    compare,
    proposed_book,
)

WEEK = date(2026, 11, 2)
TOOL = "triage"
FLOOR = 5
PROVEN, MAJOR, UNPROVEN = ("correct_user", "proven"), ("incorrect_user", "major"), ("not_judged", "unproven")
_SCHEMA = """
    create table dim_publication as select 5::bigint as small_group;
    create table dim_rule (rule_id varchar, version bigint, semantic_hash varchar, tool_id varchar, sentence varchar,
        effective_from date, effective_to date);
    create table fct_person_tool_week (person_key varchar, tool_id varchar, org_unit varchar, status varchar,
        reason varchar, first_violation_rule_id varchar, is_provisional boolean, week_start date);
    create table fct_adoption_week (tool_id varchar, org_level varchar, org_unit varchar, week_start date);
    create table fct_rule_week (person_key varchar, tool_id varchar, rule_id varchar, verdict varchar, judged bigint,
        broken bigint, pending bigint, unknown bigint, excused bigint, week_start date);
"""
# person -> (unit, (status, reason)[, first violated rule])
People = Mapping[str, tuple[Any, ...]]


def marts(
    path: Path,
    people: People,
    *,
    small: Sequence[str] = (),
    rules: Sequence[tuple[str, int, str]] = (),
    verdicts: Sequence[tuple[str, str, str, int, int]] = (),
    is_provisional: bool = False,
    tool: str = TOOL,
    week: date = WEEK,
) -> Path:
    """A file of marts for one tool and week; units in `small` are published as Small groups."""
    with duckdb.connect(str(path)) as connection:
        if not connection.execute("select 1 from duckdb_tables() limit 1").fetchall():
            connection.execute(_SCHEMA)
        for key, (unit, (status, reason), *rule) in people.items():
            row = [key, tool, unit, status, reason, rule[0] if rule else None, is_provisional, week]
            connection.execute("insert into fct_person_tool_week values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        units = {unit or "Unknown" for unit, *_ in people.values()}
        for unit in {"Small groups" if unit in small else unit for unit in units}:
            connection.execute("insert into fct_adoption_week values (?, 'org_unit', ?, ?)", [tool, unit, week])
        connection.execute("insert into fct_adoption_week values (?, 'total', 'All', ?)", [tool, week])
        for rule_id, version, meaning in rules:
            row = [rule_id, version, meaning, tool, f"{rule_id} says {meaning}."]
            connection.execute("insert into dim_rule values (?, ?, ?, ?, ?, null, null)", row)
        for key, rule_id, verdict, judged, broken in verdicts:
            row = [key, tool, rule_id, verdict, judged, broken, week]
            connection.execute("insert into fct_rule_week values (?, ?, ?, ?, ?, ?, 1, 0, 0, ?)", row)
    return path


def simulated(tmp_path: Path, before: People, after: People, **options: Any) -> Simulation:
    published = marts(tmp_path / "published.duckdb", before, small=options.pop("small", ()))
    return compare(published, marts(tmp_path / "simulated.duckdb", after, **options), TOOL, WEEK)


def moving(moves: Mapping[str, tuple[int, int]]) -> tuple[People, People]:
    """unit -> (people who move from proven to major, people who stay proven), before and after."""
    before: dict[str, tuple[Any, ...]] = {}
    after: dict[str, tuple[Any, ...]] = {}
    for unit, (movers, stayers) in moves.items():
        for number in range(movers + stayers):
            before[f"{unit}-{number}"] = (unit, PROVEN)
            after[f"{unit}-{number}"] = (unit, MAJOR if number < movers else PROVEN)
    return before, after


def shown(found: Simulation) -> list[tuple[str, int, int]]:
    return [(one.org_unit, one.people, one.units) for one in found.units]


def test_everybody_who_moves_is_counted_once_with_both_reasons(tmp_path: Path) -> None:
    before = {"p1": ("A", PROVEN), "p2": ("A", PROVEN), "p3": ("A", UNPROVEN), "p4": ("A", MAJOR, "old")}
    after = {
        "p1": ("A", MAJOR, "new"),
        "p2": ("A", MAJOR, "new"),
        "p3": ("A", UNPROVEN),
        "p4": ("A", ("incorrect_user", "blocker"), "new"),
    }
    found = simulated(tmp_path, before, after)
    assert found.classes == (
        ClassCount("correct_user", 2, 0),
        ClassCount("incorrect_user", 1, 3),
        ClassCount("not_judged", 1, 1),
    )
    assert found.flips == (
        Flip(TOOL, "correct_user", "proven", "incorrect_user", "major", 2),
        Flip(TOOL, "incorrect_user", "major", "incorrect_user", "blocker", 1),
    )
    assert (found.eligible, found.moved, found.week) == (4, 2, "2026-W45")
    assert [one.person_key for one in found.people] == ["p1", "p2", "p4"]
    assert found.people[0] == PersonFlip("p1", TOOL, "correct_user", "proven", "incorrect_user", "major", "new")


def test_whoever_is_cleared_goes_with_the_rule_that_was_violated(tmp_path: Path) -> None:
    found = simulated(tmp_path, {"p1": ("A", MAJOR, "old")}, {"p1": ("A", PROVEN)})
    assert [(one.person_key, one.rule_id) for one in found.people] == [("p1", "old")]


def test_a_change_of_reason_alone_moves_nobody_between_units_classes(tmp_path: Path) -> None:
    before = {f"p{n}": ("A", MAJOR) for n in range(9)}
    found = simulated(tmp_path, before, dict.fromkeys(before, ("A", ("incorrect_user", "blocker"))))
    assert found.moved == 0
    assert found.units == ()
    assert [one.people for one in found.flips] == [9]


def test_other_tools_and_weeks_are_left_out(tmp_path: Path) -> None:
    published, other = tmp_path / "published.duckdb", tmp_path / "simulated.duckdb"
    for options in ({"tool": "another"}, {"week": date(2026, 10, 26)}, {}):
        marts(published, {"p1": ("A", PROVEN)}, **options)
        marts(other, {"p1": ("A", MAJOR if options else PROVEN)}, **options)
    assert compare(published, other, TOOL, WEEK).flips == ()


def test_the_week_is_provisional_when_the_new_deadlines_say_so(tmp_path: Path) -> None:
    people = {"p1": ("A", PROVEN)}
    (tmp_path / "open").mkdir()
    assert not simulated(tmp_path, people, people).is_provisional
    assert simulated(tmp_path / "open", people, people, is_provisional=True).is_provisional


# --- small groups ----------------------------------------------------------------------------------------------------


def test_units_of_which_enough_people_move_are_shown(tmp_path: Path) -> None:
    found = simulated(tmp_path, *moving({"A": (7, 3), "B": (6, 0)}))
    move = ("correct_user", "incorrect_user")
    assert found.units == (UnitFlip(TOOL, "A", *move, 7, 1), UnitFlip(TOOL, "B", *move, 6, 1))


def test_a_unit_below_the_floor_takes_the_next_smallest_with_it(tmp_path: Path) -> None:
    """Were B alone hidden, its 3 people would be the total less A and C."""
    found = simulated(tmp_path, *moving({"A": (6, 9), "B": (3, 9), "C": (20, 9)}))
    assert shown(found) == [("C", 20, 1), (OTHER_UNITS, 9, 2)]


def test_that_nobody_of_a_unit_moves_is_not_told_either(tmp_path: Path) -> None:
    found = simulated(tmp_path, *moving({"A": (0, 9), "B": (3, 9), "C": (2, 9), "D": (9, 9)}))
    assert shown(found) == [("D", 9, 1), (OTHER_UNITS, 5, 3)]


def test_too_few_people_in_all_are_shown_for_the_tool_alone(tmp_path: Path) -> None:
    found = simulated(tmp_path, *moving({"A": (2, 9), "B": (1, 9), "C": (0, 9)}))
    assert shown(found) == [(ALL_UNITS, 3, 3)]


def test_units_that_were_published_together_stay_together(tmp_path: Path) -> None:
    before, after = moving({"tiny": (4, 0), "small": (4, 0), "big": (9, 9)})
    before = {**before, "nobody-knows": (None, PROVEN)}
    after = {**after, "nobody-knows": (None, MAJOR)}
    found = simulated(tmp_path, before, after, small=["tiny", "small", "Unknown"])
    assert shown(found) == [("Small groups", 9, 1), ("big", 9, 1)]


def test_no_shown_number_and_no_difference_is_of_fewer_people_than_the_floor(tmp_path: Path) -> None:
    """Every number of a unit stands in one sum only, so what is left of a total is all that subtraction can find."""
    random = Random(7)
    published = 0
    for case in range(25):
        (tmp_path / str(case)).mkdir()
        moves = {f"unit-{n}": (random.choice([0, 0, 1, 3, 5, 8, 15]), 5) for n in range(random.randint(1, 6))}
        found = simulated(tmp_path / str(case), *moving(moves))
        total = sum(movers for movers, _ in moves.values())
        assert sum(one.people for one in found.units) == total
        assert sum(one.units for one in found.units) == (len(moves) if total else 0)
        for one in found.units:
            published += one.org_unit in moves
            assert one.people == moves[one.org_unit][0] if one.org_unit in moves else one.people > 0
            assert one.people >= FLOOR or one.org_unit == ALL_UNITS
            assert one.units > 1 or one.org_unit in moves or len(moves) == 1
    assert published > 10


# --- rules -----------------------------------------------------------------------------------------------------------


def test_each_rule_says_whom_it_newly_finds_in_breach_and_whom_it_clears(tmp_path: Path) -> None:
    people = {f"p{n}": ("A", PROVEN) for n in range(3)}
    published = marts(
        tmp_path / "published.duckdb",
        people,
        rules=[("kept", 1, "same"), ("changed", 1, "old"), ("gone", 1, "x")],
        verdicts=[
            ("p0", "kept", "satisfied", 9, 0),
            ("p0", "changed", "violated", 10, 4),
            ("p1", "changed", "satisfied", 10, 0),
            ("p2", "gone", "violated", 5, 5),
        ],
    )
    other = marts(
        tmp_path / "simulated.duckdb",
        people,
        rules=[("kept", 1, "same"), ("changed", 1, "old"), ("changed", 2, "new"), ("fresh", 1, "y")],
        verdicts=[
            ("p0", "kept", "satisfied", 9, 0),
            ("p0", "changed", "unproven", 3, 1),
            ("p1", "changed", "violated", 11, 6),
            ("p2", "changed", "violated", 12, 7),
        ],
    )
    found = {one.rule_id: one for one in compare(published, other, TOOL, WEEK).rules}
    changes = {rule_id: (one.change, one.violated, one.cleared) for rule_id, one in found.items()}
    assert changes == {
        "changed": ("replaced", 2, 1),
        "fresh": ("added", 0, 0),
        "gone": ("dropped", 0, 1),
        "kept": ("unchanged", 0, 0),
    }
    changed = found["changed"]
    assert changed.sentence == "changed says new."
    assert (changed.before.versions, changed.after.versions) == ((1,), (1, 2))
    assert (changed.before.verdicts, changed.after.verdicts) == (
        {"satisfied": 1, "violated": 1},
        {"unproven": 1, "violated": 2},
    )
    assert (changed.before.judged, changed.before.broken, changed.before.pending) == (20, 4, 2)
    assert (changed.after.judged, changed.after.broken, changed.after.pending) == (26, 14, 3)


# --- the book --------------------------------------------------------------------------------------------------------


def rule(
    rule_id: str, version: int = 1, meaning: str = "a", tool: str = TOOL, to: date | None = None
) -> dict[str, Any]:
    return {"rule_no": 0, "rule_id": rule_id, "version": version, "semantic_hash": meaning, "tool_id": tool} | {
        "effective_to": to
    }


BOOK = [rule("one"), rule("two", 1, to=WEEK), rule("two", 2, "b"), rule("three"), rule("far", tool="another")]


def named(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, int, str]]:
    return [(row["rule_no"], row["rule_id"], row["version"], row["semantic_hash"]) for row in rows]


def test_a_proposed_rule_takes_the_place_of_all_its_versions_and_a_new_one_comes_last() -> None:
    assert named(proposed_book(BOOK, [rule("new"), rule("two", 3, "c")])) == [
        (1, "one", 1, "a"),
        (2, "two", 3, "c"),
        (3, "three", 1, "a"),
        (4, "far", 1, "a"),
        (5, "new", 1, "a"),
    ]


def test_alone_drops_the_tools_other_rules_but_no_other_tools() -> None:
    assert named(proposed_book(BOOK, [rule("two", 3, "c")], alone=True)) == [(1, "two", 3, "c"), (2, "far", 1, "a")]


@pytest.mark.parametrize("alone", [False, True])
def test_a_rule_that_is_in_the_book_already_keeps_its_history(alone: bool) -> None:
    mine = [rule("one"), rule("two", 2, "b"), rule("three")]
    assert named(proposed_book(BOOK, mine, alone=alone)) == named(proposed_book(BOOK, []))


def test_another_last_day_is_another_rule() -> None:
    found = proposed_book(BOOK, [rule("two", 2, "b", to=WEEK)])
    assert [(row["version"], row["effective_to"]) for row in found if row["rule_id"] == "two"] == [(2, WEEK)]
