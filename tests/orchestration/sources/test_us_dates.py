from __future__ import annotations

from datetime import date, datetime

import pytest

from orchestration.sources.fields import FieldError
from orchestration.sources.us_dates import us_day, us_moment


@pytest.mark.parametrize("written", ["2026-03-02", "03-02-2026", "3/2/2026", "03/02/2026"])
def test_a_day_is_read_in_both_forms(written: str) -> None:
    assert us_day(written, "Date") == date(2026, 3, 2)


@pytest.mark.parametrize("written", ["2026-03-02T16:05:00Z", "3/2/2026 4:05:00 PM", "03/02/2026 16:05"])
def test_a_moment_is_read_in_both_forms(written: str) -> None:
    assert us_moment(written, "CreationDate") == datetime(2026, 3, 2, 16, 5)


@pytest.mark.parametrize("written", ["13/40/2026", "02.03.2026", "2026", "noon"])
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(FieldError, match="Date is not a date such as"):
        us_day(written, "Date")
    with pytest.raises(FieldError, match="Date is not a time such as"):
        us_moment(written, "Date")


def test_nothing_is_missing() -> None:
    with pytest.raises(FieldError, match="Date is missing"):
        us_day(None, "Date")
