"""No small unit can be worked out from everything that is published: not by subtraction, not by linear algebra, not by
linear programming, over two weeks and all figures at once. The same attack takes a bare minimum apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path

import duckdb
import pytest

from tests.conftest import takeup
from tests.privacy import company
from tests.privacy.attack import (
    STATUSES,
    Course,
    Figure,
    Findings,
    Picks,
    Withheld,
    attack,
    courses,
    plainly,
    withheld_of,
)  # fmt: skip
from tests.scale import stated

pytestmark = [pytest.mark.slow, pytest.mark.reliability]

SEEDS = range(stated(20, 6))
TOGETHER = "Small groups"
WEEKS = [company.FIRST + timedelta(weeks=number) for number in range(company.WEEKS)]
AS_OF = WEEKS[-1] + timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Case:
    """One tool and two consecutive weeks: what is published of them, and the truth behind it."""

    seed: int
    weeks: tuple[date, date]
    truth: Counter[Course]
    figures: tuple[Figure, ...]
    known_zero: frozenset[tuple[int, str, str]]  # week, unit, status: nobody of a group of enough people
    named: tuple[frozenset[str], ...]  # by week, the units that are shown alone

    @property
    def sizes(self) -> list[Counter[str]]:
        """The people of each unit in each of the two weeks."""
        sizes: list[Counter[str]] = [Counter(), Counter()]
        for course, people in self.truth.items():
            for week, place in enumerate(course):
                if place:
                    sizes[week][place[0]] += people
        return sizes

    def findings(self, figures: Sequence[Figure]) -> Findings:
        withheld = withheld_of(self.sizes, company.MINIMUM)
        known = {one for one in withheld if all((one.week, unit, one.status) in self.known_zero for unit in one.units)}
        unknowns = courses(company.UNITS, with_moves=company.has_moves(self.seed))
        return attack(figures, withheld, unknowns, self.truth, known)


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One workspace for all seeds: each is a tool with people of its own."""
    root = tmp_path_factory.mktemp("small-groups")
    assert takeup("init", str(root)).returncode == 0
    company.write(root, SEEDS)
    done = takeup("run", "-w", str(root), "--as-of", str(AS_OF))
    assert done.returncode == 0, done.stdout + done.stderr
    return (root / "published" / "latest.duckdb").resolve()


@pytest.fixture(scope="module")
def cases(publication: Path) -> list[Case]:
    with duckdb.connect(str(publication), read_only=True) as connection:
        return [_case(connection, seed, pair) for seed in SEEDS for pair in pairwise(WEEKS)]


# --- what is published, as sums over courses -------------------------------------------------------------------------


def _case(connection: duckdb.DuckDBPyConnection, seed: int, weeks: tuple[date, date]) -> Case:
    tool = company.tool_of(seed)
    truth = _truth(connection, tool, weeks)
    figures: list[Figure] = []
    zeros: set[tuple[int, str, str]] = set()
    named: list[frozenset[str]] = []
    for number, week in enumerate(weeks):
        told = _of_week(connection, tool, week)
        figures += _statuses(told, number)
        figures += _other_figures(connection, tool, week, number)
        zeros |= _zeros(told, number)
        named.append(frozenset(told) - {TOGETHER, "All"})
    figures += [*_transitions(connection, tool, weeks[1]), *_needs(connection, tool, weeks)]
    for figure in figures:
        assert figure.people == sum(people for course, people in truth.items() if figure.picks(course)), (seed, weeks)
    return Case(seed, weeks, truth, tuple(figures), frozenset(zeros), tuple(named))


def _truth(connection: duckdb.DuckDBPyConnection, tool: str, weeks: tuple[date, date]) -> Counter[Course]:
    rows = connection.execute(
        "select person_key, week_start, org_unit, status from fct_person_tool_week"
        " where tool_id = ? and week_start in (?, ?)",
        [tool, *weeks],
    ).fetchall()
    placed: dict[str, list[tuple[str, str] | None]] = {}
    for person, week, unit, status in rows:
        placed.setdefault(person, [None, None])[weeks.index(week)] = (unit, status)
    return Counter((first, second) for first, second in placed.values())


def _of_week(connection: duckdb.DuckDBPyConnection, tool: str, week: date) -> dict[str, tuple[int, ...]]:
    """Eligible people and those of each status, by the name of the row."""
    rows = connection.execute(
        f"select org_unit, eligible, {', '.join(STATUSES)} from fct_adoption_week where tool_id = ? and week_start = ?",
        [tool, week],
    ).fetchall()
    return {unit: tuple(counts) for unit, *counts in rows}


def _behind(named: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """The units behind each name of a set of rows; whoever reads them knows the company's units."""
    alone = set(named) - {TOGETHER, "All"}
    everybody = frozenset(company.UNITS)
    return {name: frozenset([name]) for name in alone} | {TOGETHER: everybody - alone, "All": everybody}


def _statuses(told: Mapping[str, tuple[int, ...]], number: int) -> Iterator[Figure]:
    groups = _behind(told)
    for unit, (_, *counts) in told.items():
        for status, people in zip(STATUSES, counts, strict=True):
            yield Figure(Withheld(number, groups[unit], status).picks, people)


def _zeros(told: Mapping[str, tuple[int, ...]], number: int) -> set[tuple[int, str, str]]:
    groups = _behind(told)
    return {
        (number, one, status)
        for unit, (eligible, *counts) in told.items()
        for status, people in zip(STATUSES, counts, strict=True)
        for one in groups[unit]
        if people == 0 and eligible >= company.MINIMUM
    }


def _other_figures(connection: duckdb.DuckDBPyConnection, tool: str, week: date, number: int) -> Iterator[Figure]:
    """The people of the other figures by unit: were they grouped otherwise, subtracting would tell more."""
    for table in ("fct_usage_segment_week where window_weeks = 4 and", "fct_lifecycle_week where"):
        rows = connection.execute(
            f"select org_unit, sum(people)::bigint from {table} tool_id = ? and week_start = ? group by 1", [tool, week]
        ).fetchall()
        groups = _behind(unit for unit, _ in rows)
        yield from (Figure(_anybody_of(groups[unit], number), people) for unit, people in rows)


def _anybody_of(units: frozenset[str], number: int) -> Picks:
    def picks(course: Course) -> bool:
        place = course[number]
        return place is not None and place[0] in units

    return picks


def _transitions(connection: duckdb.DuckDBPyConnection, tool: str, week: date) -> Iterator[Figure]:
    rows = connection.execute(
        "select org_unit, from_status, to_status, sum(people)::bigint from fct_transition_week"
        " where tool_id = ? and week_start = ? group by 1, 2, 3",
        [tool, week],
    ).fetchall()
    told = {(unit, before, after): people for unit, before, after, people in rows}
    groups = _behind(unit for unit, *_ in told)
    states = (*STATUSES, "not_eligible")
    for unit in {unit for unit, *_ in told}:
        for before, after in product(states, states):
            if before != after or before != "not_eligible":
                yield Figure(_step(groups[unit], before, after), told.get((unit, before, after), 0))


def _step(units: frozenset[str], before: str, after: str) -> Picks:
    """Who took a step counts with the unit they are in now, or with the one that they left."""

    def picks(course: Course) -> bool:
        first, second = course
        place = second or first
        is_from = (first[1] if first else "not_eligible") == before
        is_to = (second[1] if second else "not_eligible") == after
        return place is not None and place[0] in units and is_from and is_to

    return picks


def _needs(connection: duckdb.DuckDBPyConnection, tool: str, weeks: tuple[date, date]) -> Iterator[Figure]:
    """Who needs the training of the only rule is who is an incorrect user, so its rows add to what is known of them."""
    rows = connection.execute(
        "select org_unit, week_start, people from fct_training_need_unit where tool_id = ? and not is_hidden", [tool]
    ).fetchall()
    groups = _behind(unit for unit, *_ in rows)
    for unit, week, people in rows:
        if week in weeks:
            yield Figure(Withheld(weeks.index(week), groups[unit], "incorrect_user").picks, people)


# --- the attack ------------------------------------------------------------------------------------------------------


def test_nothing_withheld_is_found_from_all_figures_of_two_weeks(cases: list[Case], capsys: pytest.CaptureFixture[str]):
    found = [(case, case.findings(case.figures)) for case in cases]
    withheld = sum(findings.withheld for _, findings in found)
    with capsys.disabled():
        print(f"\n{withheld} withheld numbers of {len(cases)} pairs of weeks; {_utility(cases)}")
    assert withheld > 50 * len(SEEDS)
    exposed = [
        f"{company.tool_of(case.seed)}, week of {case.weeks[one.week]}: {one.status} of {', '.join(sorted(one.units))}"
        for case, findings in found
        for one in {*findings.solved, *findings.pinned}
    ]
    assert exposed == []


def test_the_same_attack_takes_a_bare_minimum_apart(cases: list[Case], capsys: pytest.CaptureFixture[str]):
    found = [case.findings(list(plainly(case.truth, company.UNITS, company.MINIMUM))) for case in cases]
    solved, pinned = (sum(len(getattr(one, how)) for one in found) for how in ("solved", "pinned"))
    with capsys.disabled():
        print(f"\nof a bare minimum: {solved} of {sum(one.withheld for one in found)} solved, {pinned} pinned")
    assert solved > len(SEEDS)
    assert pinned >= solved


def _utility(cases: list[Case]) -> str:
    """How many of the people are counted in a unit that is shown by its name."""
    everybody = sum(sum(size.values()) for case in cases for size in case.sizes)
    shown = sum(
        size[unit] for case in cases for size, named in zip(case.sizes, case.named, strict=True) for unit in named
    )
    return f"{shown / everybody:.0%} of people are in a unit that is shown by its name"
