"""What is said of a training against what it is known to have changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from orchestration.effects.answers import answer
from orchestration.effects.bounds import AFTER
from orchestration.effects.matching import FARTHEST, matched
from orchestration.effects.panel import BROKEN_SHARE, NEVER, Lot, Panel, Question, satisfied_share
from orchestration.effects.results import Answer
from tests.orchestration.effects.companies import DUE, MADE, Company

SEEDS = 200
MATCHED = Question("t", "r", "m", "broken_share", "matched")
HOLD_OUT = replace(MATCHED, design="hold_out", plan_id="p")
DESIGNS = ("matched", "hold_out")


def asked(design: str, company: Company) -> tuple[Answer, float]:
    if design == "matched":
        panel, truth = company.matched()
        return answer(MATCHED, panel), truth
    panel, lot, truth = company.drawn()
    return answer(HOLD_OUT, panel, lot), truth


@cache
def answers(design: str, effect: float) -> list[tuple[Answer, float]]:
    return [asked(design, Company(seed, effect)) for seed in range(SEEDS)]


def finding(found: Answer) -> str:
    """As the macro training_finding names it."""
    if found.effect is None:
        return "refused"
    if found.placebo is not None and not found.placebo.low <= 0 <= found.placebo.high:
        return "not_comparable"
    if found.effect.low <= 0 <= found.effect.high:
        return "no_effect_found"
    return "improved" if found.effect.high < 0 else "worsened"


@pytest.mark.parametrize("design", DESIGNS)
def test_where_there_is_no_effect_hardly_any_is_reported(design: str) -> None:
    """False alarms: at most 10 % of 200 seeds, though those are trained who looked bad, partly by chance."""
    found = Counter(finding(one) for one, _ in answers(design, 0.0))
    assert found["improved"] + found["worsened"] <= 0.1 * SEEDS, found
    assert found["no_effect_found"] >= 0.85 * SEEDS, found


@pytest.mark.parametrize("design", DESIGNS)
def test_an_effect_is_recovered_inside_its_interval(design: str) -> None:
    pairs = [(one.effect, truth) for one, truth in answers(design, 0.5) if one.effect]
    assert len(pairs) == SEEDS
    assert sum(effect.low <= truth <= effect.high for effect, truth in pairs) >= 0.9 * SEEDS
    assert abs(np.mean([effect.estimate - truth for effect, truth in pairs])) < 0.02


@pytest.mark.parametrize("design", DESIGNS)
def test_an_effect_that_is_there_is_found(design: str) -> None:
    found = Counter(finding(one) for one, _ in answers(design, 0.5))
    assert found["improved"] >= 0.7 * SEEDS, found
    assert found["worsened"] == 0, found


@pytest.mark.parametrize("design", DESIGNS)
def test_the_weeks_before_show_nothing_and_those_after_the_effect(design: str) -> None:
    company = Company(1, 0.6, people=900)
    found, truth = asked(design, company)
    by_week = {one.event_week: one for one in found.weeks}
    assert sorted(by_week) == list(range(-6, 7))
    before = [one.difference.estimate for week, one in by_week.items() if week < 0 and one.difference]
    after = [one.difference.estimate for week, one in by_week.items() if week > 0 and one.difference]
    assert max(map(abs, before)) < abs(truth) / 2
    assert all(abs(one - truth) < abs(truth) / 2 for one in after)


def test_what_was_under_way_before_the_training_is_no_effect() -> None:
    """The trained are coming down all along, the others stand still: the placebo says so."""
    panel, _ = Company(3, people=300).matched()
    trained = panel.trained_week < NEVER
    early = np.arange(panel.weeks) < np.where(trained, panel.trained_week, 0)[:, None] - 6
    found = answer(MATCHED, replace(panel, counted=np.where(early, panel.cases, panel.counted)))
    assert finding(found) == "not_comparable"


def test_nobody_is_compared_with_who_is_trained_meanwhile_or_stood_elsewhere() -> None:
    panel, _ = Company(5, people=300).matched()
    sets, left_out = matched(panel, BROKEN_SHARE)
    others = ~sets.is_trained
    assert (panel.trained_week[sets.person[others]] > sets.week[others] + AFTER).all()
    assert (panel.trained_week[sets.person[sets.is_trained]] == sets.week[sets.is_trained]).all()
    counted, cases = (table[sets.person] for table in (panel.counted, panel.cases))
    level = [
        counted[row, week - 6 : week].sum() / cases[row, week - 6 : week].sum() for row, week in enumerate(sets.week)
    ]
    last = 0.0
    for row, is_trained in enumerate(sets.is_trained):
        last = level[row] if is_trained else last
        assert abs(level[row] - last) <= FARTHEST
    assert sets.sizes()[0] + left_out == (panel.trained_week < panel.weeks).sum()
    assert sets.weight[others].sum() == pytest.approx(sets.is_trained.sum())


def steady(people: int, weeks: int = 30) -> Panel:
    """Everybody breaks none, one and two of three cases in turn; every other one is trained in week 12."""
    trained = np.where(np.arange(people) % 2 == 0, 12, NEVER)
    counted = (np.arange(people)[:, None] + np.arange(weeks)) % 3
    return Panel(date(2026, 1, 5), counted.astype(float), np.full((people, weeks), 3.0), trained)


def test_few_people_are_no_evidence() -> None:
    found = answer(MATCHED, steady(18))
    assert found.refusal == "9 trained people can be compared; 10 with 5 cases before and after are needed"
    assert found.effect is None
    assert answer(MATCHED, steady(20)).refusal is None
    many = replace(steady(40), trained_week=np.where(np.arange(40) < 31, 12, NEVER))
    assert answer(MATCHED, many).refusal == "9 people can be compared with; 10 are needed"


def test_who_has_few_cases_before_or_after_does_not_count() -> None:
    panel = steady(40)
    cases = panel.cases.copy()
    cases[0, 6:12] = 0
    cases[2, 13:19] = 0
    cases[4, 6:12] = [2, 2, 0, 0, 0, 0]
    found = answer(MATCHED, replace(panel, cases=cases, counted=np.minimum(panel.counted, cases)))
    assert (found.trained_people, found.left_out_people) == (17, 3)


def test_the_data_must_reach_three_weeks_beyond_the_training() -> None:
    assert answer(MATCHED, steady(40, weeks=16)).refusal is None
    found = answer(MATCHED, steady(40, weeks=15))
    assert found.trained_people == 0
    assert found.left_out_people == 20
    lot = Lot(10, 12, np.full(40, True), np.arange(40) % 2 == 0)
    early = answer(HOLD_OUT, steady(40, weeks=15), lot)
    assert early.refusal == "the data reach 2 weeks after the training; 3 are needed"


def test_without_earlier_weeks_there_is_an_estimate_but_no_placebo() -> None:
    panel = steady(40)
    late = replace(panel, counted=panel.counted[:, 6:], cases=panel.cases[:, 6:], trained_week=panel.trained_week - 6)
    found = answer(MATCHED, late)
    assert found.effect is not None
    assert found.placebo is None
    assert found.placebo_refusal is not None


def test_a_list_that_nobody_follows_says_nothing() -> None:
    panel, lot, _ = Company(2, 0.5, completing=0.2).drawn()
    found = answer(HOLD_OUT, panel, lot)
    assert found.refusal is not None
    assert "completed it in time" in found.refusal


def test_only_who_was_drawn_by_lot_is_compared() -> None:
    panel, lot, _ = Company(2, 0.5).drawn()
    fewer = replace(lot, is_drawn=lot.is_drawn & (np.arange(panel.people) % 3 > 0))
    whole, part = answer(HOLD_OUT, panel, lot), answer(HOLD_OUT, panel, fewer)
    assert part.trained_people < whole.trained_people


def test_being_satisfied_is_judged_by_windows_after_the_training_alone() -> None:
    """A window of four weeks: the fourth after the training is the first that knows nothing of before."""
    panel = steady(60)
    question = replace(MATCHED, measure="satisfied_share", terms=satisfied_share(4))
    weeks = np.arange(panel.weeks)
    is_late = (panel.trained_week < NEVER)[:, None] & (weeks >= 16)
    satisfied = np.where(is_late, 1.0, (np.arange(60) % 4 < 2)[:, None] * (weeks % 2))
    found = answer(question, replace(panel, counted=satisfied, cases=np.ones_like(satisfied)))
    assert found.effect is not None
    assert found.effect.estimate == pytest.approx(0.75, abs=0.1)
    assert (MADE, DUE) == (14, 18)
