"""Which days are due: new ones, corrected ones, and no day twice within half a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from orchestration.pull.anthropic import REPORTS as ANTHROPIC
from orchestration.pull.github import REPORTS as GITHUB
from orchestration.pull.windows import DAY, Cadence, asked, due

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SINCE = date(2026, 11, 16)
USERS = GITHUB["users-1-day"].cadence
ENTERPRISE = ANTHROPIC["enterprise-users"].cadence


def days(*numbers: int) -> list[date]:
    return [date(2026, 11, number) for number in numbers]


def run_daily(cadence: Cadence, first: datetime, runs: int, since: date = SINCE) -> dict[date, list[datetime]]:
    """When each day is fetched by a run a day."""
    fetched: dict[date, list[datetime]] = {}
    for now in (first + number * DAY for number in range(runs)):
        for day in due(cadence, since, now, {day: times[-1] for day, times in fetched.items()}):
            fetched.setdefault(day, []).append(now)
    return fetched


def test_the_first_run_fetches_every_day_from_the_start_to_yesterday() -> None:
    assert due(USERS, SINCE, NOW, {}) == days(16, 17, 18, 19, 20, 21, 22)


def test_github_reads_the_last_three_days_every_run_and_each_once_more_when_it_is_final() -> None:
    fetched = dict.fromkeys(days(*range(16, 22)), NOW - DAY)
    assert due(USERS, SINCE, NOW, fetched) == days(19, 20, 21, 22)
    times = run_daily(USERS, NOW, 6)[date(2026, 11, 23)]
    assert times == [datetime(2026, 11, number, 12, tzinfo=UTC) for number in (24, 25, 26, 27)]


def test_what_was_read_before_it_settled_is_read_again_however_late() -> None:
    fetched = {day: datetime(2026, 11, 17, 6, tzinfo=UTC) for day in days(16)}
    assert date(2026, 11, 16) in due(USERS, SINCE, NOW, fetched)
    assert date(2026, 11, 16) not in due(USERS, SINCE, NOW, {days(16)[0]: datetime(2026, 11, 20, tzinfo=UTC)})


def test_nothing_is_read_twice_within_half_a_day() -> None:
    fetched = dict.fromkeys(days(*range(16, 23)), NOW)
    assert due(USERS, SINCE, NOW + timedelta(hours=11), fetched) == []
    assert due(USERS, SINCE, NOW + timedelta(hours=12), fetched) == days(20, 21, 22, 23)


def test_the_enterprise_has_a_day_three_days_late_and_from_ten_o_clock() -> None:
    assert due(ENTERPRISE, SINCE, NOW, {})[-1] == date(2026, 11, 19)
    assert due(ENTERPRISE, SINCE, NOW.replace(hour=9), {})[-1] == date(2026, 11, 18)
    assert due(ENTERPRISE, date(2025, 12, 1), NOW - 300 * DAY, {})[0] == date(2026, 1, 1)


def test_the_enterprise_is_read_on_four_days() -> None:
    assert len(run_daily(ENTERPRISE, NOW, 12)[date(2026, 11, 20)]) == 4


def test_claude_code_is_read_on_two_days() -> None:
    assert len(run_daily(ANTHROPIC["claude-code"].cadence, NOW, 5)[date(2026, 11, 23)]) == 2


def test_what_the_vendor_has_forgotten_is_not_asked_for() -> None:
    assert due(Cadence(history_days=2), SINCE, NOW, {}) == days(21, 22)


def test_a_snapshot_is_taken_once_a_day_and_never_of_a_past_day() -> None:
    snapshot = Cadence(is_snapshot=True)
    assert due(snapshot, SINCE, NOW, {}) == days(23)
    assert due(snapshot, SINCE, NOW + timedelta(hours=11), {days(23)[0]: NOW - timedelta(hours=11)}) == []
    assert asked(snapshot, SINCE, date(2026, 11, 22), NOW) == []


def test_days_that_are_asked_for_are_fetched_whether_due_or_not() -> None:
    assert asked(USERS, date(2026, 11, 18), date(2026, 11, 19), NOW) == days(18, 19)
    assert asked(USERS, date(2026, 11, 21), date(2026, 12, 31), NOW) == days(21, 22)
