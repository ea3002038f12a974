"""A field that vanishes from a log makes figures unknown and marked: nobody is blamed for it, nothing falls to zero."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clean_rebuild import differences
from history_workspace import TOOL, Firm

from orchestration.publication import status
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
FIRST = date(2026, 1, 5)
_RULES = """\
tool: triage
catalogue: {events: [decide], attributes: {amount: double}}
rules:
- {id: sure-enough, version: 1, kind: check, each: decide, must: confidence >= 0.5, %s}
- {id: large-ones, version: 1, kind: share, of: decide where amount > 3, among: decide, min: 50%%, %s}
- {id: mostly-sure, version: 1, kind: share, of: decide where confidence >= 0.5, among: decide, min: 50%%, %s}
""".replace(
    "%s",
    "title: T, severity: major, owner: o, why: w, train: 'none: x', examples: [], evidence: {incorrect: 2, correct: 2}",
).replace("%%", "%")
PEOPLE = [(f"p{number}", "north") for number in range(12)]


def decision(day: date, number: int, person: str, **data: Any) -> str:
    content = {"specversion": "1.0", "id": f"{day}-{number}", "source": "/app", "type": "corp.decide", "subject": "x"}
    return json.dumps(content | {"time": f"{day}T09:00:00Z", "data": {"user": f"{person}@example.com"} | data})


def firm_after(root: Path, changed: Callable[[str], dict[str, Any] | None]) -> Workspace:
    """Twelve people decide every day of five weeks; of the last two weeks `changed` says what their events hold."""
    firm = Firm.found(root, {})
    firm.roster(date(2026, 1, 1), PEOPLE)
    (firm.workspace.rules / "triage.yml").write_text(_RULES)
    lines = []
    for offset in range(35):
        for number, (person, _) in enumerate(PEOPLE):
            data = {"confidence": 0.9, "amount": 5} if offset < 21 else changed(person)
            if data is not None:
                lines.append(decision(FIRST + timedelta(days=offset), number, person, **data))
    (firm.workspace.inbox / TOOL).mkdir(exist_ok=True)
    (firm.workspace.inbox / TOOL / "events.jsonl").write_text("\n".join(lines) + "\n")
    firm.run(date(2026, 2, 8))
    return firm.workspace


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect(str(workspace.marts), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_field_that_rules_read_and_that_vanishes_makes_them_unknown(tmp_path: Path) -> None:
    workspace = firm_after(tmp_path, lambda _: {"confidence": 0.9})
    verdicts = rows(
        workspace,
        "select rule_id, verdict, sum(broken), sum(unknown) > 0 from fct_rule_week "
        "where week_start = date '2026-02-02' group by all order by all",
    )
    assert ("large-ones", "violated") not in {(rule, verdict) for rule, verdict, *_ in verdicts}
    assert [row for row in verdicts if row[0] == "large-ones" and row[2] > 0] == []
    assert {row[1] for row in verdicts if row[0] == "sure-enough"} == {"satisfied"}
    assert rows(
        workspace, "select distinct status from fct_person_tool_week where week_start >= date '2026-01-26'"
    ) == [("correct_user",)]
    marks = rows(
        workspace,
        "select week_start::varchar, is_untrustworthy, untrustworthy_reason from fct_adoption_week "
        "where org_level = 'total' order by week_start",
    )
    reason = "decide: amount has gone"
    assert marks == [
        ("2026-01-05", False, None),
        ("2026-01-12", False, None),
        ("2026-01-19", False, None),
        ("2026-01-26", True, reason),
        ("2026-02-02", True, reason),
    ]
    ((is_marked, since, last_good),) = rows(
        workspace,
        "select is_untrustworthy, untrustworthy_since::varchar, last_trustworthy_week_start::varchar from dim_tool",
    )
    assert (is_marked, since, last_good) == (True, "2026-01-26", "2026-01-19")
    assert rows(workspace, "select rule_id from dim_rule where is_untrustworthy") == [("large-ones",)]
    ((found),) = [one for one in status(workspace)["drift"] if one["is_untrustworthy"]]
    assert (found["change"], found["column_name"], found["rule_ids"]) == ("removed", "attributes.amount", "large-ones")


def test_events_that_name_nobody_any_more_make_nobody_a_non_user(tmp_path: Path) -> None:
    workspace = firm_after(tmp_path, lambda _: {"user": None, "confidence": 0.9, "amount": 5})
    found = rows(
        workspace,
        "select status, reason, count(*) from fct_person_tool_week where week_start = date '2026-02-02' group by all",
    )
    assert found == [("not_judged", "no_evidence", len(PEOPLE))]


def test_people_who_stop_are_non_users_when_the_log_goes_on(tmp_path: Path) -> None:
    """The counter-proof: behaviour is no drift."""
    workspace = firm_after(tmp_path, lambda person: {"confidence": 0.9, "amount": 5} if person < "p2" else None)
    found = rows(
        workspace,
        "select status, count(*) from fct_person_tool_week where week_start = '2026-02-02' group by all order by all",
    )
    assert found == [("correct_user", 4), ("non_user", 8)]
    assert rows(workspace, "select count(*) from fct_source_drift where is_untrustworthy") == [(0,)]


def test_a_restated_day_stands_in_the_journal_that_is_published(tmp_path: Path) -> None:
    firm = Firm.found(tmp_path, {})
    firm.roster(date(2026, 1, 1), PEOPLE)
    inbox = firm.workspace.inbox / TOOL
    inbox.mkdir(exist_ok=True)
    (inbox / "a.jsonl").write_text(decision(FIRST, 1, "p1", confidence=0.9) + "\n")
    firm.run(date(2026, 1, 18))
    (inbox / "late.jsonl").write_text(decision(FIRST, 2, "p2", confidence=0.9) + "\n")
    firm.run(date(2026, 1, 19))
    journal = rows(
        firm.workspace, "select day, week_start, measure, said_before, said_now, moved from fct_source_restatement"
    )
    assert journal == [(FIRST, FIRST, "records", 1.0, 2.0, 1.0)]
    ((told),) = status(firm.workspace)["restated"]
    assert (told["tool_id"], told["days"], told["first_day"]) == (TOOL, 1, str(FIRST))
    assert datetime.fromisoformat(told["restated_at"]) <= datetime.now().astimezone()


def test_a_finding_that_comes_later_changes_the_days_that_were_judged_before_it(tmp_path: Path) -> None:
    """Three records without the field prove nothing yet; when they do, what they had been judged is judged anew."""
    firm = Firm.found(tmp_path / "firm", {})
    firm.roster(date(2026, 1, 1), PEOPLE)
    (firm.workspace.rules / "triage.yml").write_text(_RULES)
    (firm.workspace.inbox / TOOL).mkdir(exist_ok=True)
    for run, (first, last, most) in enumerate(((0, 21, 12), (21, 22, 4), (22, 28, 12), (28, 35, 12))):
        data = {"confidence": 0.9, "amount": 5} if run in (0, 3) else {"confidence": 0.9}
        lines = [
            decision(FIRST + timedelta(days=day), number, person, **data)
            for day in range(first, last)
            for number, (person, _) in enumerate(PEOPLE[:most])
        ]
        (firm.workspace.inbox / TOOL / f"{run}.jsonl").write_text("\n".join(lines) + "\n")
        firm.run(FIRST + timedelta(days=last - 1))
        assert differences(firm.workspace, tmp_path / f"clean-{run}") == {}
    assert rows(firm.workspace, "select first_date::varchar, last_date::varchar from fct_source_drift") == [
        ("2026-01-26", "2026-02-01")
    ]
