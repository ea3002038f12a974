from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "github-copilot-seats"
FOLDER = FIXTURES / FORMAT
SEATS = FOLDER / "valid" / "seats_2026-03-09.json"


def test_a_seat_is_a_snapshot_that_looks_back_on_ninety_days() -> None:
    ann = read(FORMAT, SEATS).records[0]
    assert ann.users == (Identity("github_login", "Ann-B"), Identity("github_id", "11"))
    assert (ann.grain, ann.coverage) == ("snapshot", "licensed_only")
    assert (ann.period_start, ann.period_end) == (date(2025, 12, 9), date(2026, 3, 9))
    assert (ann.period_end - ann.period_start).days == 90
    assert (ann.as_of, ann.measures, ann.part, ann.scope) == (
        datetime(2026, 3, 9),
        {},
        "platform",
        "organization:acme",
    )


def test_the_last_activity_is_kept_in_utc_whatever_its_offset() -> None:
    ann = read(FORMAT, SEATS).records[0]
    assert ann.is_active
    assert ann.attributes == {
        "last_activity_at": "2026-03-05T05:30:00Z",
        "seat_since_at": "2026-01-05T10:00:00Z",
        "editor": "vscode/1.99.0/copilot/1.308.0",
        "assigning_team": "platform",
        "plan_type": "business",
    }


def test_a_seat_without_activity_in_ninety_days_is_inactive() -> None:
    _, _, bob, bot = read(FORMAT, SEATS).records
    assert (bob.is_active, bot.is_active) == (False, False)
    assert "last_activity_at" not in bob.attributes
    assert bot.attributes["last_activity_at"] == "2025-12-01T10:00:00Z"
    assert (bob.attributes["pending_cancellation_date"], bot.attributes["seat_note"]) == ("2026-04-01", "kept")


def test_an_account_that_is_no_user_is_a_service() -> None:
    actors = [seat.actor_type for seat in read(FORMAT, SEATS).records]
    assert actors == ["human", "human", "human", "service"]


def test_a_person_with_a_seat_from_two_organisations_keeps_both() -> None:
    first, second = read(FORMAT, SEATS).records[:2]
    assert first.users == second.users
    assert first.key != second.key
    assert second.attributes["last_authenticated_at"] == "2026-03-01T07:00:00Z"


def test_without_a_day_in_its_name_a_snapshot_was_taken_when_its_file_was_written(tmp_path: Path) -> None:
    path = tmp_path / "seats.json"
    path.write_bytes(SEATS.read_bytes())
    taken = datetime(2026, 3, 20, 15, tzinfo=UTC).timestamp()
    os.utime(path, (taken, taken))
    ann = read(FORMAT, path).records[0]
    assert (ann.as_of, ann.period_end) == (None, date(2026, 3, 21))


@pytest.mark.parametrize("name", ["seats_2999-01-01.json", "seats_2026-13-40.json"])
def test_a_name_with_an_impossible_day_dates_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SEATS.read_bytes())
    assert read(FORMAT, path).records[0].as_of is None


def test_every_reason_to_reject_costs_one_seat() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        "missing_field",
        "missing_field",
        "wrong_type",
        "bad_time",
        "future_time",
        "wrong_type",
        "unknown_shape",
    ]
