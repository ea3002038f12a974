"""Publications one after another: what was published stays known, and every movement is split into its four causes."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from history_workspace import CLASSES, PARTS, RULE, TOOL, Firm, Move

from orchestration.registry.restatements import decide

pytestmark = pytest.mark.slow
W1, W2, W3 = date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)
SUNDAY = timedelta(days=6)
UNITS = {"north": 12, "south": 12}


def assert_history_holds(firm: Firm) -> None:
    """Every part adds up, and each publication's figures follow from the rows that were kept of them."""
    parts = " + ".join(PARTS)
    assert firm.rows(f"select * from fct_restatement where before + {parts} <> after") == []
    assert firm.rows(f"select {', '.join(f'sum({part})' for part in PARTS)} from fct_restatement") is not None
    counts = ", ".join(CLASSES)
    now = firm.rows(f"select tool_id, week_start, org_level, org_unit, {counts} from fct_adoption_week order by all")
    newest = f"""
        select tool_id, week_start, org_level, org_unit, {counts} from (
            select distinct on (tool_id, week_start, org_level, org_unit) *
            from fct_published_week order by tool_id, week_start, org_level, org_unit, published_at desc
        ) where eligible > 0 order by all
    """
    assert firm.rows(newest) == now


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """One company through seven publications; what each said."""
    firm = Firm.found(tmp_path_factory.mktemp("firm"), UNITS)
    north = [f"north{n}" for n in range(12)]
    said: dict[str, object] = {"firm": firm}

    def publish(name: str, as_of: date, *, full: bool = False) -> None:
        run_id = firm.run(as_of, full=full)
        assert_history_holds(firm)
        said[name] = (run_id, {week: firm.total(run_id, week) for week in (W1, W2, W3)}, firm.statuses(W1))
        said[f"{name} units"] = firm.moves(run_id)

    firm.decisions(*((person, W1, 0.6) for person in north[:6]), ("south0", W1 + SUNDAY, 0.9))
    publish("first", W1 + SUNDAY)
    firm.decisions(*((person, W2, 0.6) for person in north[:6]), ("south0", W2 + SUNDAY, 0.9))
    publish("nothing old has moved", W2 + SUNDAY)
    firm.rule(2, 0.8)
    firm.decisions(*((person, W3, 0.6) for person in north[:6]), ("south0", W3 + SUNDAY, 0.9))
    publish("a version bumped in place", W3 + SUNDAY)
    firm.decisions(("north7", W1, 0.9), ("north8", W1, 0.1))
    publish("late files", W3 + SUNDAY)
    publish("everything read anew", W3 + SUNDAY, full=True)
    firm.roster(
        date(2026, 1, 2),
        [
            *((f"north{n}", "north") for n in range(1, 11)),
            *((f"south{n}", "south") for n in range(12)),
            ("north11", "south"),
            ("new", "south"),
        ],
    )
    decide(firm.workspace, (RULE, 2), W1, "the past too")
    firm.decisions(("south3", W1, 0.1))
    publish("all at once", W3 + SUNDAY)
    firm.terms(min_uses=2)
    publish("other terms", W3 + SUNDAY)
    yield said


def moves(told: dict[str, object], name: str, week: date = W1) -> dict[str, Move]:
    return {status: move for status, move in told[name][1][week].items() if move != Move(move.before, move.before)}  # type: ignore[index]


def test_a_first_publication_restates_nothing(told: dict[str, object]) -> None:
    assert told["first units"] == {}
    assert told["first"][2] == {"correct_user": 7, "non_user": 17}  # type: ignore[index]


def test_a_new_week_moves_no_old_one(told: dict[str, object]) -> None:
    assert told["nothing old has moved units"] == {}


def test_a_version_bumped_in_place_keeps_the_history_it_judged(told: dict[str, object]) -> None:
    assert told["a version bumped in place units"] == {}
    assert told["a version bumped in place"][2] == {"correct_user": 7, "non_user": 17}  # type: ignore[index]


def test_what_comes_late_is_late_data(told: dict[str, object]) -> None:
    assert moves(told, "late files") == {
        "non_user": Move(17, 15, late_data=-2),
        "correct_user": Move(7, 8, late_data=1),
        "incorrect_user": Move(0, 1, late_data=1),
    }
    assert {cell[2] for cell in told["late files units"]} == {"All", "north"}  # type: ignore[attr-defined]


def test_reading_everything_anew_moves_nothing(told: dict[str, object]) -> None:
    assert told["everything read anew units"] == {}


def test_all_causes_at_once_are_told_apart(told: dict[str, object]) -> None:
    """north0 leaves, north11 moves south, somebody new comes, south3 comes late, version 2 judges the past."""
    assert moves(told, "all at once") == {
        "non_user": Move(15, 15, population=1, late_data=-1),
        "correct_user": Move(8, 2, rule=-5, population=-1),
        "incorrect_user": Move(1, 7, rule=5, late_data=1),
    }
    units = {cell[2:]: move for cell, move in told["all at once units"].items() if cell[:2] == (str(W1), "org_unit")}  # type: ignore[attr-defined]
    assert units[("north", "non_user")] == Move(4, 3, population=-1)
    assert units[("north", "correct_user")] == Move(7, 1, rule=-5, population=-1)
    assert units[("south", "non_user")] == Move(11, 12, population=2, late_data=-1)
    assert units[("south", "incorrect_user")] == Move(0, 1, late_data=1)


def test_other_terms_of_judgement_count_as_the_rules_do(told: dict[str, object]) -> None:
    assert moves(told, "other terms") == {
        "non_user": Move(15, 24, rule=9),
        "correct_user": Move(2, 0, rule=-2),
        "incorrect_user": Move(7, 0, rule=-7),
    }


def test_the_history_is_the_same_in_every_later_publication(told: dict[str, object]) -> None:
    firm: Firm = told["firm"]  # type: ignore[assignment]
    run_id = told["late files"][0]  # type: ignore[index]
    assert firm.moves(run_id) == told["late files units"]
    pairs = firm.rows("select distinct previous_publication_id, publication_id from fct_restatement order by 2")
    assert pairs == [("run-003", "run-004"), ("run-005", "run-006"), ("run-006", "run-007")]


def test_a_file_that_is_on_time_is_behaviour(tmp_path: Path) -> None:
    """A week that is judged before it is over for the tool moves by what is done in its last days."""
    firm = Firm.found(tmp_path, UNITS)
    firm.decisions(("north0", W1, 0.9), ("north1", W1 + timedelta(days=6), 0.9))
    firm.run(W1 + SUNDAY)
    late = firm.workspace.inbox / TOOL / "rest.jsonl"
    late.write_text(
        (firm.workspace.inbox / TOOL / "decisions-1.jsonl")
        .read_text()
        .splitlines()[1]
        .replace("e1-1", "e9")
        .replace("north1@", "south1@")
        .replace("T09:", "T21:")
        + "\n"
    )
    run_id = firm.run(W1 + SUNDAY, is_tested=True)
    assert firm.total(run_id, W1)["correct_user"] == Move(2, 3, behaviour=1)
    assert_history_holds(firm)


def test_a_window_over_two_versions_counts_by_both_and_judges_on_the_terms_of_the_newer(tmp_path: Path) -> None:
    """Broken under version 1, kept under version 2: one of two, which only version 2 tolerates."""
    firm = Firm.found(tmp_path, UNITS)
    firm.terms(window_weeks=2)
    firm.decisions(("north0", W1, 0.4), ("north1", W1, 0.4), ("south0", W1 + SUNDAY, 0.9))
    firm.run(W1 + SUNDAY)
    assert firm.statuses(W1) == {"incorrect_user": 2, "correct_user": 1, "non_user": 21}
    firm.rule(2, 0.2, "60%")
    firm.decisions(("north0", W2, 0.3), ("south0", W2 + SUNDAY, 0.9))
    firm.run(W1 + SUNDAY)
    firm.run(W2 + SUNDAY)
    assert firm.statuses(W1) == {"incorrect_user": 2, "correct_user": 1, "non_user": 21}
    assert firm.statuses(W2) == {"incorrect_user": 1, "correct_user": 2, "non_user": 21}
    verdicts = firm.rows(
        f"select version, judged, broken, verdict from fct_rule_week where week_start = '{W2}' order by all"
    )
    assert verdicts == [(1, 1, 1, "violated"), (2, 2, 0, "satisfied"), (2, 2, 1, "satisfied")]


@pytest.mark.parametrize("seed", range(1, 9) if os.environ.get("TAKEUP_NIGHTLY") else [1])
def test_the_parts_add_up_whatever_happens_between_the_runs(tmp_path: Path, seed: int) -> None:
    """Random decisions, early and late, rosters, absences, versions, decisions to restate and terms, run after run."""
    chance = random.Random(seed)
    firm, version, today = Firm.found(tmp_path, UNITS), 1, W1 + SUNDAY
    people = [(f"{unit}{n}", unit) for unit, count in UNITS.items() for n in range(count)]
    for number in range(5):
        deeds = [
            (chance.choice(people)[0], W1 + timedelta(days=chance.randrange((today - W1).days + 1)), chance.random())
            for _ in range(20)
        ]
        firm.decisions(*deeds, ("north0", today, 0.9))
        if number and chance.random() < 0.5:
            version += 1
            firm.rule(version, chance.choice((0.2, 0.5, 0.8)))
        if number and chance.random() < 0.5:
            decide(firm.workspace, (RULE, version), chance.choice((None, W1, W2)), "")
        if number and chance.random() < 0.6:
            people = [(one, chance.choice(("north", "south", unit))) for one, unit in people if chance.random() < 0.95]
            firm.roster(W1 + timedelta(days=chance.randrange(14)), [*people, (f"extra{number}", "south")])
        if chance.random() < 0.5:
            firm.absence(chance.choice(people)[0], W1, W1 + timedelta(days=chance.randrange(14)))
        firm.terms(chance.choice((1, 1, 2)))
        firm.run(today, full=chance.random() < 0.2, is_tested=number == 4)
        assert_history_holds(firm)
        today += timedelta(days=chance.choice((0, 3, 7)))
    assert firm.rows("select count(*) > 0 from fct_restatement") == [(True,)]


def test_what_is_kept_of_unchanged_publications_does_not_grow(told: dict[str, object]) -> None:
    """A publication that moved nothing and closed no week keeps no figure again."""
    firm: Firm = told["firm"]  # type: ignore[assignment]
    with duckdb.connect(str(firm.workspace.warehouse), read_only=True) as connection:
        kept = dict(
            connection.execute("select publication_no, count(*) from raw.published_week group by all").fetchall()
        )
    assert kept.get(5, 0) == 0
    assert set(kept) == {1, 2, 3, 4, 6}
