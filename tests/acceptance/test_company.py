"""Whole random companies through the command line: every published row, status and line count as worked out by hand."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.acceptance import company as companies
from tests.acceptance import files, reference
from tests.acceptance.parts import Company, Lines
from tests.acceptance.published import Publication, differences, takeup
from tests.acceptance.reference import Row

IS_NIGHTLY = bool(os.environ.get("TAKEUP_NIGHTLY"))
SEEDS = range(1, 13) if IS_NIGHTLY else (3,)
CLASSES = ("non_user", "incorrect_user", "correct_user", "not_judged")
UNJUDGED = ("paused", "away", "new", "no_opportunity", "unproven", "no_evidence")
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Case:
    """A company, what must be published of it, where its lines must end up, and what was published."""

    company: Company
    rows: dict[tuple[str, str, date], Row]
    lines: dict[str, Lines]
    published: Publication


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed-{seed}")
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    company = companies.make(request.param)
    workspace = tmp_path_factory.mktemp("company")
    takeup("init", str(workspace))
    lines = files.write(company, workspace)
    takeup("check", "-w", str(workspace))
    takeup("run", "-w", str(workspace), "--as-of", company.as_of.isoformat())
    yield Case(company, reference.expected(company), lines, Publication(workspace))


def test_every_eligible_person_tool_and_week_has_exactly_its_status(case: Case) -> None:
    found = differences(case.rows, case.published.rows(case.company))
    assert not found, "\n".join([f"{len(found)} of {len(case.rows)} rows (expected!=published)", *found[:40]])


def test_the_rule_that_convicts_first_is_one_that_was_violated(case: Case) -> None:
    """No rule is named where none was violated, and none that another tool has."""
    sql = """
        select week.rules_violated, week.first_violation_rule_id, rule.tool_id = week.tool_id
        from fct_person_tool_week as week left join dim_rule as rule on rule.rule_id = week.first_violation_rule_id
    """
    assert all((violated > 0) == (rule_id is not None) for violated, rule_id, _ in case.published.query(sql))
    assert all(is_own for _, rule_id, is_own in case.published.query(sql) if rule_id is not None)


def test_every_line_of_every_tool_goes_where_it_was_meant_to_go(case: Case) -> None:
    assert case.published.lines() == case.lines


def test_the_lines_of_the_status_are_those_of_all_loads(case: Case) -> None:
    columns = [f"sum(lines_{one.name})::bigint" for one in fields(Lines)]
    (total,) = case.published.query(f"select {', '.join(columns)} from fct_load")
    said = case.published.status()["lines"]
    assert tuple(said[one.name] for one in fields(Lines)) == total
    assert said["read"] == sum(said.values()) - said["read"]
    assert all(mine <= all_ for mine, all_ in zip(_added(case.lines.values()), total, strict=True))


def test_the_status_tells_the_classes_of_the_latest_final_week(case: Case) -> None:
    said = {one["tool_id"]: one for one in case.published.status()["tools"]}
    for tool in case.company.tools:
        rows = [row for row in case.rows.values() if row.tool_id == tool.tool_id and not row.is_provisional]
        latest = max(row.week_start for row in rows)
        classes = Counter(row.status for row in rows if row.week_start == latest)
        told = said[tool.tool_id]
        assert (told["week_start"], told["is_provisional"]) == (latest.isoformat(), False)
        assert told["eligible"] == classes.total()
        assert {name: told[name] for name in CLASSES} == {name: classes[name] for name in CLASSES}


def test_the_totals_of_the_adoption_mart_are_sums_over_people(case: Case) -> None:
    expected: dict[tuple[str, date], Counter[str]] = {}
    for row in case.rows.values():
        counted = expected.setdefault((row.tool_id, row.week_start), Counter())
        counted.update(["eligible", row.status, *(["active"] if row.is_active else [])])
        if row.status == "not_judged":
            counted[f"not_judged_{row.reason}"] += 1
    names = ("eligible", "active", *CLASSES, *(f"not_judged_{reason}" for reason in UNJUDGED))
    sql = f"select tool_id, week_start, {', '.join(names)} from fct_adoption_week where org_level = 'total'"
    actual = {(line[0], line[1]): dict(zip(names, line[2:], strict=True)) for line in case.published.query(sql)}
    assert actual == {key: {name: counted[name] for name in names} for key, counted in expected.items()}


@pytest.mark.skipif(not IS_NIGHTLY, reason="two whole runs; set TAKEUP_NIGHTLY=1")
def test_what_comes_in_two_instalments_ends_as_what_comes_at_once(tmp_path: Path) -> None:
    """Half of the logs, the newer roster, leave and outages arrive only after a first run as of an earlier day."""
    company = companies.make(2)
    workspace, held = tmp_path / "workspace", tmp_path / "held"
    takeup("init", str(workspace))
    lines = files.write(company, workspace)
    later = _later(company, workspace / "inbox")
    _move({path: held / str(number) for number, path in enumerate(later)})
    takeup("run", "-w", str(workspace), "--as-of", (company.first_day + timedelta(days=30)).isoformat())
    _move({held / str(number): path for number, path in enumerate(later)})
    takeup("run", "-w", str(workspace), "--as-of", company.as_of.isoformat())
    published = Publication(workspace)
    assert not differences(reference.expected(company), published.rows(company))
    assert published.lines() == lines


def test_the_companies_meet_every_status_that_they_can() -> None:
    """The reference itself is worth little if the companies of the seeds never come upon a branch."""
    reasons = {row.reason for seed in range(1, 5) for row in reference.expected(companies.make(seed)).values()}
    assert reasons >= {"paused", "away", "new", "blocker", "no_opportunity", "tried", "lapsed", "never"}
    assert reasons >= {"major", "several_minor", "proven", "unproven"}


def _later(company: Company, inbox: Path) -> list[Path]:
    """The files of the second instalment."""
    logs = sorted(path for tool in company.tools for path in (inbox / tool.tool_id).iterdir())
    newest = max((inbox / "people").iterdir())
    half = Random(company.seed).sample(logs, len(logs) // 2)
    return [*half, newest, inbox / "absences" / "hr.csv", inbox / "outages" / "all.csv"]


def _move(moves: Mapping[Path, Path]) -> None:
    for source, target in moves.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)


def _added(lines: Iterable[Lines]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*map(astuple, lines), strict=True)))
