"""From the models of a run to kept answers: what is asked, what is read, what is kept and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from orchestration.effects.answers import answer
from orchestration.effects.panel import NEVER, Panel, Question, satisfied_share
from orchestration.errors import DataError
from orchestration.loading import plans
from orchestration.raw_schema import raw_schema
from orchestration.steps import measure_training
from orchestration.training_plans import Entry, Plan
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
from tests.orchestration.effects.companies import DUE, MADE, WEEKS, Company

MONDAY = date(2026, 1, 5)
_MODELS = """
    create schema intermediate;
    create table intermediate.int_tool_windows (
        tool_id varchar, week_start date, window_weeks integer, is_provisional boolean);
    create table intermediate.int_module_completions (
        tool_id varchar, rule_id varchar, version integer, module varchar, person_no bigint, completed_week date);
    create table intermediate.int_rule_weeks (
        rule_no integer, person_no bigint, obligation_week date, judged bigint, broken bigint);
"""
_VERDICTS = """
    create table fct_rule_week (person_key varchar, tool_id varchar, rule_id varchar, week_start date, verdict varchar)
"""
_RULE = """
    insert into raw.rule_book (rule_no, rule_id, version, semantic_hash, tool_id, kind, title, severity, tolerate,
        evidence_incorrect, evidence_correct, sentence, spec)
    values (?, ?, ?, 'h', 't', ?, 'Title', 'major', 0.1, 5, 10, 'Sentence', '{}')
"""


def run(workspace: Workspace, number: int, *, is_published: bool = True) -> None:
    """A run begins; what the one before it said was published, unless it was not."""
    with duckdb.connect(str(workspace.warehouse)) as connection:
        if is_published and number > 1:
            connection.execute(
                "insert into raw.publication values (?, ?, ?)", [number - 1, f"run {number - 1}", datetime(2026, 9, 1)]
            )
        connection.execute("delete from raw.run")
        at = datetime(2026, 9, number)
        connection.execute("insert into raw.run values (?, ?, ?, 1, 'v', 'h')", [f"run {number}", at, at])


def write(workspace: Workspace, panel: Panel, kind: str = "check", last: int = WEEKS - 1) -> None:
    """The models' tables as a run would have them: rule 1 is the panel's, for rule 2 nobody is trained."""
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("drop schema if exists intermediate cascade")
        connection.execute(_MODELS)
        connection.execute("delete from raw.rule_book")
        connection.executemany(_RULE, [(1, "r", 1, kind), (2, "other", 1, "check")])
        weeks = [(MONDAY + timedelta(weeks=week), week > last) for week in range(WEEKS)]
        connection.executemany("insert into intermediate.int_tool_windows values ('t', ?, 4, ?)", weeks)
        _insert(connection, "intermediate.int_module_completions", _completions(panel))
        _insert(connection, "intermediate.int_rule_weeks", _weeks(panel))
        connection.execute("delete from raw.person")
        people = [(person, f"k{person}") for person in range(panel.people)]
        connection.executemany("insert into raw.person values (?, ?)", people)
    workspace.marts.unlink(missing_ok=True)
    with duckdb.connect(str(workspace.marts)) as connection:
        connection.execute(_VERDICTS)


def write_verdicts(workspace: Workspace, panel: Panel) -> None:
    """The rule of the panel is satisfied in a week where all that is judged is kept."""
    rows = [
        (f"k{person}", "t", "r", monday, "violated" if broken else "satisfied")
        for _, person, monday, _, broken in _weeks(panel)
    ]
    with duckdb.connect(str(workspace.marts)) as connection:
        _insert(connection, "fct_rule_week", rows)


def _completions(panel: Panel) -> list[tuple[Any, ...]]:
    trained = np.flatnonzero(panel.trained_week < NEVER).tolist()
    return [("t", "r", 1, "M-1 Module", one, MONDAY + timedelta(weeks=int(panel.trained_week[one]))) for one in trained]


def _weeks(panel: Panel) -> list[tuple[Any, ...]]:
    return [
        (1, person, MONDAY + timedelta(weeks=week), int(panel.cases[person, week]), int(panel.counted[person, week]))
        for person in range(panel.people)
        for week in range(panel.weeks)
        if panel.cases[person, week]
    ]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = {f"c{n}": list(column) for n, column in enumerate(zip(*rows, strict=True))}
    connection.register("rows", pa.table(columns))
    connection.execute(f"insert into {table} select * from rows")
    connection.unregister("rows")


def kept(workspace: Workspace, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        sql = f"select {columns} from raw.training_effect where {where} order by effect_no"
        return connection.execute(sql).fetchall()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    workspace.build.mkdir()
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(raw_schema())
    run(workspace, 1)
    return workspace


def test_an_effect_is_read_estimated_and_kept_with_its_weeks(workspace: Workspace) -> None:
    panel, _ = Company(1, 0.6).matched()
    write(workspace, panel)
    counts = measure_training(workspace)
    assert counts == {"made": 1, "refused": 1, "unchanged": 0}
    ((tool, rule, module, estimate, low, high),) = kept(
        workspace, "tool_id, rule_id, module, estimate, low, high", "measure = 'broken_share'"
    )
    assert (tool, rule, module) == ("t", "r", "M-1 Module")
    effect = answer(Question("t", "r", "M-1 Module", "broken_share", "matched"), panel).effect
    assert effect is not None
    assert (estimate, low, high) == pytest.approx((effect.estimate, effect.low, effect.high))
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        weeks = connection.execute("select event_week from raw.training_effect_week order by 1").fetchall()
    assert weeks == [(week,) for week in range(-6, 7)]


def test_whether_the_rule_is_satisfied_is_read_from_all_weeks_ever_published(workspace: Workspace) -> None:
    """The models below the marts keep the verdicts of only those weeks that the run has rebuilt."""
    panel, _ = Company(1, 0.6).matched()
    write(workspace, panel)
    write_verdicts(workspace, panel)
    measure_training(workspace)
    ((low, high, people),) = kept(workspace, "low, high, trained_people", "measure = 'satisfied_share'")
    satisfied = np.where((panel.cases > 0) & (panel.counted == 0), 1.0, 0.0)
    question = Question("t", "r", "M-1 Module", "satisfied_share", "matched", satisfied_share(4))
    expected = answer(question, Panel(MONDAY, satisfied, np.sign(panel.cases), panel.trained_week))
    assert expected.effect is not None
    assert (low, high, people) == pytest.approx((expected.effect.low, expected.effect.high, expected.trained_people))


def test_weeks_that_are_not_final_are_not_looked_at(workspace: Workspace) -> None:
    panel, _ = Company(1, 0.6).matched()
    write(workspace, panel)
    measure_training(workspace)
    ((all_reached,),) = kept(workspace, "weeks_after", "measure = 'broken_share'")
    run(workspace, 2)
    write(workspace, panel, last=WEEKS - 4)
    measure_training(workspace)
    assert kept(workspace, "weeks_after", "measure = 'broken_share'")[-1][0] < all_reached


def test_what_nothing_has_changed_of_is_not_made_again(workspace: Workspace) -> None:
    panel, _ = Company(1, 0.6).matched()
    write(workspace, panel)
    measure_training(workspace)
    run(workspace, 2)
    assert measure_training(workspace) == {"made": 0, "refused": 0, "unchanged": 2}
    assert len(kept(workspace, "effect_no")) == 2
    run(workspace, 3)
    panel.counted[0, 20] = 1 - min(panel.counted[0, 20], 1)
    panel.cases[0, 20] += 1
    write(workspace, panel)
    assert measure_training(workspace)["made"] == 1
    numbers = kept(workspace, "effect_no, run_id", "measure = 'broken_share'")
    assert [run_id for _, run_id in numbers] == ["run 1", "run 3"]
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        current = connection.execute("select effect_no from raw.training_effect_current order by 1").fetchall()
    assert (numbers[1][0],) in current
    assert (numbers[0][0],) not in current


def test_what_was_never_published_is_taken_back(workspace: Workspace) -> None:
    panel, _ = Company(1, 0.6).matched()
    write(workspace, panel)
    measure_training(workspace)
    run(workspace, 2, is_published=False)
    assert measure_training(workspace)["made"] == 1
    assert {run_id for (run_id,) in kept(workspace, "run_id")} == {"run 2"}


def test_a_rule_about_being_trained_is_kept_by_being_trained_and_that_is_no_effect(workspace: Workspace) -> None:
    write(workspace, Company(1, 0.6).matched()[0], kind="trained")
    assert measure_training(workspace) == {"made": 0, "refused": 0, "unchanged": 0}


def test_of_a_band_only_whether_it_is_satisfied_is_asked(workspace: Workspace) -> None:
    write(workspace, Company(1, 0.6).matched()[0], kind="share")
    measure_training(workspace)
    assert kept(workspace, "measure") == [("satisfied_share",)]


def test_a_hold_out_is_compared_by_its_lot(workspace: Workspace) -> None:
    panel, lot, _ = Company(4, 0.6, people=200).drawn()
    write(workspace, panel)
    made, due = (MONDAY + timedelta(weeks=week) for week in (MADE, DUE))
    entries = tuple(
        Entry(f"k{one}", "t", "r", 1, "M-1 Module", "M-1", "major", 9, 3, made,
              "train" if lot.is_to_train[one] else "hold_out", bool(lot.is_drawn[one]))
        for one in range(panel.people)
        if lot.is_drawn[one] or one % 7 == 0
    )  # fmt: skip
    made_at = datetime(made.year, made.month, made.day, 15)
    with open_warehouse(workspace) as warehouse:
        plans.add(warehouse.session, Plan("p", "x", 0.5, 1, due + timedelta(days=4), made_at, entries))
    measure_training(workspace)
    ((low, high, trained, others),) = kept(
        workspace, "low, high, trained_people, comparison_people", "plan_id = 'p' and measure = 'broken_share'"
    )
    expected = answer(Question("t", "r", "M-1 Module", "broken_share", "hold_out", plan_id="p"), panel, lot)
    assert expected.effect is not None
    assert (low, high) == pytest.approx((expected.effect.low, expected.effect.high))
    assert (trained, others) == (expected.trained_people, expected.comparison_people)
    assert {design for (design,) in kept(workspace, "design")} == {"hold_out", "matched"}
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("update raw.training_plan_entry set judged = judged + 1")
    with pytest.raises(DataError, match="plan p was changed after it was made"):
        measure_training(workspace)
