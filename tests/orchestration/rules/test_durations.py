import pytest

from orchestration.rules.durations import microseconds, spoken
from orchestration.rules.faults import LanguageError

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600), (" 3 d ", 259_200)],
)
def test_a_duration_is_a_number_of_microseconds(text, seconds):
    assert microseconds(text) == seconds * SECOND


@pytest.mark.parametrize(
    "text", ["", "3", "d", "1.5h", "-1d", "3 days", "1h30m", "１d", "1D", "99999999999999s", "1e3s"]
)
def test_anything_else_is_not_a_duration(text):
    with pytest.raises(LanguageError, match="is not a duration"):
        microseconds(text)


def test_no_time_at_all_leaves_time_for_nothing():
    with pytest.raises(LanguageError, match="at least 1s"):
        microseconds("0s")


def test_a_duration_cannot_leave_the_calendar():
    assert microseconds("36500d") > 0
    with pytest.raises(LanguageError, match="longer than a century"):
        microseconds("36501d")


@pytest.mark.parametrize(
    ("text", "words"),
    [("1d", "1 day"), ("14d", "2 weeks"), ("90s", "90 seconds"), ("60m", "1 hour"), ("36h", "36 hours")],
)
def test_a_duration_is_spoken_in_the_largest_unit_that_fits(text, words):
    assert spoken(microseconds(text)) == words
