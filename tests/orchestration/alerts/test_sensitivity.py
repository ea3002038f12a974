"""How small a drop is said to be noticed; benchmarks/alerts.py asks simulated tools whether it is."""

from __future__ import annotations

from dataclasses import replace

from tools import days

from orchestration.alerts.sensitivity import sensitivity
from orchestration.commands.alerts import too_small

NOTHING = {f"drop_{length}_days": None for length in (5, 10, 20)}


def test_the_longer_a_drop_lasts_the_smaller_it_may_be() -> None:
    shares = sensitivity("t", days(people=40), 0.2).drop_shares
    known = [share for share in shares if share is not None]
    assert known == sorted(known, reverse=True)
    assert 0.2 < known[-1] < 0.35


def test_fewer_people_hide_a_larger_drop() -> None:
    large, middle, small = (sensitivity("t", days(people=people, slope=0), 0.2) for people in (45, 10, 3))
    assert large.drop_shares[-1] < middle.drop_shares[-1] < small.drop_shares[-1]
    assert (large.zero_days, middle.zero_days, small.zero_days) == (1, 1, 2)
    assert middle.drop_shares[0] is None


def test_people_who_vary_more_hide_a_larger_drop() -> None:
    steady = days(people=20, available=60, slope=0)
    jumpy = [replace(one, people=(one.people or 0) + (8 if place % 2 else -8)) if one.available else one
             for place, one in enumerate(steady)]  # fmt: skip
    assert sensitivity("t", jumpy, 0.2).drop_shares[-1] > sensitivity("t", steady, 0.2).drop_shares[-1]


def test_no_drop_below_what_the_configuration_asks_for_is_promised() -> None:
    assert min(share for share in sensitivity("t", days(), 0.4).drop_shares if share is not None) > 0.4


def test_a_tool_without_days_or_with_a_short_past_is_unknown() -> None:
    for known in ([], days(weeks=3), [replace(one, people=None) for one in days()]):
        found = sensitivity("t", known, 0.2)
        assert (found.people_per_day, found.zero_days, found.drop_shares) == (None, None, (None,) * 4)


def test_only_a_tool_that_is_too_small_is_called_so() -> None:
    small = {"people_per_day": 9.4, "zero_days": 1, "drop_1_day": None, **NOTHING}
    assert too_small(small | {"people_per_day": None}) is None
    assert too_small(small | {"drop_1_day": 0.8}) is None
    assert "no drop within 20 working days" in (too_small(small) or "")
    assert "a drop of 54 % within 20 working days; a working day without anybody" in (
        too_small(small | {"drop_20_days": 0.533}) or ""
    )
